"""Many calls: reads records, sends each as a request, and writes one result for each."""
