// Each test has the machine for itself: some measure delays, some load it to the limit.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
