using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Interop;

/// <summary>A small iterator program writes a record for every n-th element of a real map.</summary>
public class FlowIteratorTests
{
    [SkippableTheory]
    [InlineData(10_000, 1, 1)]
    [InlineData(10_000, 1, 7)]
    [InlineData(10_000, 1, 178)]
    [InlineData(10_000, 1, 1000)]
    [InlineData(10_000, 3, 100)]
    [InlineData(100, 1, 1000)]
    public void Every_record_comes_once_whatever_room_there_is(int elements, int step, int room)
    {
        using var walk = new Walk(elements, step);
        Assert.Equal(walk.Expected, walk.Read(room));
        Assert.Equal(0ul, walk.Overflows);

        // A second pass begins anew.
        Assert.Equal(walk.Expected, walk.Read(room));
    }

    [SkippableFact]
    public void A_million_elements_without_a_record_do_not_end_the_pass()
    {
        // The kernel breaks a read off after a million elements (MAX_ITER_OBJECTS).
        using var walk = new Walk(2_500_000, 2_499_999);
        Assert.Equal([0ul, 2_499_999ul], walk.Read(100));
    }

    [SkippableFact]
    public void A_read_gives_whole_records_up_to_its_room()
    {
        using var walk = new Walk(1000, 1);
        using var pass = walk.Open();
        var records = new FlowRecord[1000];
        Assert.Equal(FlowIterator.MaxRecords, pass.Read(records));
        Assert.Equal(5, pass.Read(records.AsSpan(0, 5)));
        Assert.Equal((ulong)FlowIterator.MaxRecords, records[0].TimeNs);
        Assert.Throws<ArgumentException>(() => pass.Read([]));
    }

    private sealed class Walk : IDisposable
    {
        private readonly BpfObject _object;
        private readonly BpfMap _map;
        private readonly BpfMap _variables;
        private readonly BpfProgram _program;
        private readonly FileDescriptor _link;

        public Walk(int elements, int step)
        {
            Privileges.Require();
            _object = BpfObject.Open(
                File.ReadAllBytes(TestObjects.Compile("Interop/iterate.bpf.c")),
                "iterate"u8
            );
            _object.SetMaxEntries("elements", elements);
            // struct settings: the step, then 4 unused bytes.
            _object.SetVariable(".rodata", "settings", (ulong)step);
            _object.Load();
            _map = _object.TakeMap("elements");
            _variables = _object.TakeMap(".bss");
            _program = _object.TakeProgram("every");
            _link = BpfLink.CreateIterator(_program.Descriptor, _map);
            Expected = [.. Enumerable.Range(0, elements).Where(i => i % step == 0).Select(i => (ulong)i)];
        }

        public ulong[] Expected { get; }

        /// <summary>Records for which the kernel's buffer had no room.</summary>
        public ulong Overflows =>
            _variables.TryLookup(0u, out ulong overflows) ? overflows : throw new InvalidOperationException();

        public FlowIterator Open() => FlowIterator.Open(_link);

        public ulong[] Read(int room)
        {
            using var pass = Open();
            var records = new FlowRecord[room];
            var read = new List<ulong>();
            int count;
            while ((count = pass.Read(records)) > 0)
            {
                read.AddRange(records.Take(count).Select(record => record.TimeNs));
            }

            return [.. read];
        }

        public void Dispose()
        {
            _link.Dispose();
            _program.Dispose();
            _variables.Dispose();
            _map.Dispose();
            _object.Dispose();
        }
    }
}
