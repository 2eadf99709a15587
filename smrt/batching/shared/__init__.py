"""Jobs of several machines: processes that join a job share its partitions by generations.

The owner of a partition is whoever created its owner file with the highest number, exclusively
(`generations`). A process renews its lease with each heartbeat (`membership`), and sends nothing
once two thirds of the lease have passed since the last renewal began (`lease`): so a process that
was frozen cannot send what another one has taken over. Ages are those of the store's own clock
(`control_files`); no clock of a machine is compared with another's.
"""
