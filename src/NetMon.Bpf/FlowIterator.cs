using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Records;

namespace NetMon.Bpf;

/// <summary>One pass over the flow map by an iterator program, which writes a record for each flow that it reports.</summary>
public sealed unsafe class FlowIterator : IDisposable
{
    /// <summary>
    /// A read must not fill the kernel's buffer (bpf_seq_read: 8 pages, of 4 KiB at least): the program has already taken a
    /// flow's counts when it finds no room for the record. The kernel stops by itself where a read's size is reached.
    /// </summary>
    private const int KernelBufferBytes = 8 * 4096;

    private readonly FileDescriptor _descriptor;

    private FlowIterator(FileDescriptor descriptor) => _descriptor = descriptor;

    /// <summary>Records that one <see cref="Read"/> gives at most.</summary>
    public static int MaxRecords => MaxRecordsOf(sizeof(FlowRecord));

    /// <summary>As <see cref="MaxRecords"/>, for records of another size.</summary>
    internal static int MaxRecordsOf(int size) => (KernelBufferBytes - 1) / size;

    /// <exception cref="BpfException">The kernel refused.</exception>
    internal static FlowIterator Open(FileDescriptor link)
    {
        var descriptor = Libbpf.bpf_iter_create(link);
        return descriptor < 0
            ? throw new BpfException("start a pass over the flow map", -descriptor, "")
            : new FlowIterator(new FileDescriptor(descriptor));
    }

    /// <summary>Goes on with the pass. A call covers up to a million flows in the kernel, or until the records are full.</summary>
    /// <param name="records">Where the records go; more than <see cref="MaxRecords"/> are not used.</param>
    /// <returns>Records written; 0 at the end of the pass.</returns>
    /// <exception cref="BpfException">The kernel broke the pass off; what was read before remains valid.</exception>
    public int Read(Span<FlowRecord> records)
    {
        if (records.IsEmpty)
        {
            throw new ArgumentException("room for one record at least is needed", nameof(records));
        }

        return Read(
            MemoryMarshal.AsBytes(records[..Math.Min(records.Length, MaxRecords)]),
            sizeof(FlowRecord)
        );
    }

    /// <param name="bytes">Room for whole records.</param>
    /// <param name="size">Bytes of a record.</param>
    /// <returns>As <see cref="Read(Span{FlowRecord})"/>.</returns>
    /// <exception cref="BpfException">As <see cref="Read(Span{FlowRecord})"/>.</exception>
    internal int Read(Span<byte> bytes, int size)
    {
        var filled = 0;
        while (true)
        {
            var count = Libc.Read(_descriptor, bytes[filled..]);
            if (count < 0)
            {
                // EAGAIN: a million flows passed and none had a record (MAX_ITER_OBJECTS); the pass goes on.
                if (Libc.LastError == Errno.EAGAIN)
                {
                    continue;
                }

                throw new BpfException("read the flow map", Libc.LastError, "");
            }

            filled += count;
            var rest = filled % size;
            if (count == 0 && rest != 0)
            {
                throw new BpfException("read the flow map", 0, "its last record is not whole");
            }

            if (count == 0 || rest == 0)
            {
                return filled / size;
            }
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
