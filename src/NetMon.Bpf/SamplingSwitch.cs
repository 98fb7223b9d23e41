using System.Runtime.CompilerServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Records;

namespace NetMon.Bpf;

/// <summary>The sampling rate in the programs' data, which is mapped: written by one store, as they read it by one load.</summary>
internal sealed unsafe class SamplingSwitch : IDisposable
{
    /// <summary>Of the object; libbpf calls its map the same.</summary>
    public const string Section = ".data.sampling";

    private readonly MappedMemory _page;
    private readonly Lock _gate = new();

    /// <exception cref="BpfException">The section cannot be mapped.</exception>
    public SamplingSwitch(BpfMap map) =>
        _page = MappedMemory.Map(
            map.Descriptor,
            0,
            (nuint)Environment.SystemPageSize,
            writable: true,
            "map the sampling rate"
        );

    /// <summary>From any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No rate.</exception>
    /// <exception cref="ObjectDisposedException">The programs are gone.</exception>
    public int Rate
    {
        get
        {
            lock (_gate)
            {
                return (int)Unsafe.BitCast<ulong, NetmonSampling>(Volatile.Read(ref Word)).Rate;
            }
        }
        set
        {
            var sampling = NetmonSampling.Of(value);
            lock (_gate)
            {
                Volatile.Write(ref Word, Unsafe.BitCast<NetmonSampling, ulong>(sampling));
            }
        }
    }

    private ref ulong Word
    {
        get
        {
            ObjectDisposedException.ThrowIf(_page.IsClosed, this);
            return ref *(ulong*)_page.Start;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _page.Dispose();
        }
    }
}
