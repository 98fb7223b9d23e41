using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using NetMon.Bpf;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Records;
using NetMon.Fuzz.Mutation;

namespace NetMon.Fuzz.Decoders;

/// <summary>
/// The ring between the kernel and us, out of a file in the kernel's place: whatever its headers say, reading ends, stays within the mapping, and consumes
/// no more than was produced.
/// </summary>
internal static unsafe class RingDecoder
{
    private const int Capacity = 4 * 4096;
    private const int HeaderBytes = 8;

    public static Decoder Make(string name)
    {
        var size = (uint)Unsafe.SizeOf<SocketEvent>();
        return new(
            name,
            "headers and records of the ring",
            [
                Ring(size),
                Ring(size, size),
                Ring(size, size | 1u << 30, size),
                Ring(size, 1u << 31),
                Ring(size, 16, size),
            ],
            Open
        )
        {
            Grammar = Grammar.Fields,
            MaxLength = Capacity,
        };
    }

    private static byte[] Ring(params uint[] headers)
    {
        var bytes = new List<byte>();
        foreach (var header in headers)
        {
            bytes.AddRange(BitConverter.GetBytes(header));
            bytes.AddRange(new byte[4 + (((header & 0x3fff_ffff) + 7) & ~7u)]);
        }

        return [.. bytes];
    }

    // One for each thread: it has no state between inputs.
    [ThreadStatic]
    private static State? t_state;

    private static Decode Open() => (t_state ??= new State()).Decode;

    private sealed class State : IDisposable
    {
        private readonly RingBuffer<SocketEvent> _ring;
        private readonly byte* _memory;
        private readonly int _page = Environment.SystemPageSize;
        private readonly MemoryMappedFile _file;

        public State()
        {
            var path = Path.Combine("/dev/shm", $"netmon-fuzz-{Environment.ProcessId}-{Guid.NewGuid():n}");
            using var handle = File.OpenHandle(
                path,
                FileMode.CreateNew,
                FileAccess.ReadWrite,
                FileShare.ReadWrite,
                FileOptions.None
            );
            File.Delete(path);
            RandomAccess.SetLength(handle, (2 * _page) + (2 * Capacity));
            using var map = new BpfMap(
                "ring",
                FileDescriptor.Duplicate((int)handle.DangerousGetHandle()),
                0,
                0,
                Capacity
            );
            _ring = new RingBuffer<SocketEvent>(map);
            using var copy = new FileStream(handle, FileAccess.ReadWrite);
            _file = MemoryMappedFile.CreateFromFile(
                copy,
                null,
                0,
                MemoryMappedFileAccess.ReadWrite,
                default,
                true
            );
            byte* start = null;
            _file.CreateViewAccessor().SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            _memory = start;
        }

        public void Dispose()
        {
            _ring.Dispose();
            _file.Dispose();
        }

        public bool Decode(ReadOnlySpan<byte> input)
        {
            var data = new Span<byte>(_memory + (2 * _page), 2 * Capacity);
            data.Clear();
            // Where the ring begins depends on the input, so that records wrap.
            var consumer = (ulong)(input.Length * 8 % Capacity);
            var produced = (ulong)((input.Length + 7) & ~7);
            for (var i = 0; i < input.Length; i++)
            {
                var at = (int)((consumer + (ulong)i) % Capacity);
                data[at] = data[at + Capacity] = input[i];
            }

            *(ulong*)_memory = consumer;
            *(ulong*)(_memory + _page) = consumer + produced;
            var handler = default(Counter);
            var handed = _ring.Consume(ref handler, 1 << 20);
            var end = *(ulong*)_memory;
            BrokenException.Unless(
                handed <= Capacity / (HeaderBytes + Unsafe.SizeOf<SocketEvent>()),
                "more records than the ring has room for"
            );
            BrokenException.Unless(
                end >= consumer && end <= consumer + produced,
                "more is consumed than was produced"
            );
            return handed > 0;
        }
    }

    private struct Counter : IRecordHandler<SocketEvent>
    {
        private ulong _sum;

        // Each byte is touched.
        public void OnRecord(in SocketEvent record, ulong end)
        {
            foreach (
                var one in System.Runtime.InteropServices.MemoryMarshal.AsBytes(
                    new ReadOnlySpan<SocketEvent>(in record)
                )
            )
            {
                _sum += one;
            }
        }
    }
}
