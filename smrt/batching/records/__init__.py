"""The data of a batch: records of the input, and their results. No network, and no job folder.

From the input to the output:

    write_listing(folder, file)               the list of a folder becomes a file, where
                                              sends_files(path, options) (file_listing.py)
    source = open_lines(path, ...)            or open_files(listing, folder, ...) (source.py);
                                              source.format is detected, source.identity compared
    layout = source.layout(workers, size)     partitions by arithmetic (layout.py)
    source.read(layout.partition(n))          Record or RecordError, in constant memory;
                                              partitions are read one after the other
    pack_records(records, limits)             Pack (a request) or RecordError (packing.py);
                                              halve_pack(pack, limits) after a failure
    split(body, content_type, count)          the parts of a response to several records, by
                                              response_splitter(...) (response_split.py)
    renderer.success(record, part)            Result; renderer.failure(record, code, message)
                                              for a RecordError, too (rendering.py)
    source.count(partition)                   the records that were not started

All options are one DataOptions (data_options.py). Errors of the whole input are raised: UsageError
before the first record, SmrtError with the code InputChanged after it. An error of one record is
a value. The codes: InvalidRecord, InvalidJson, FilterError, RecordTooLarge, InputChanged,
ResponseSplit, ResponseNotOneLine.
"""
