using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Drops;

/// <summary>A sum that was taken from the kernel.</summary>
internal sealed record SeenDrop(string Reason, DropKey Key, DropValue Value)
{
    public string Sender => Text(Key.From);

    public string Receiver => Text(1 - Key.From);

    public string Interface => Value.Interface.Text();

    /// <summary>The key's bytes.</summary>
    public string Name
    {
        get
        {
            var key = Key;
            return Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<DropKey>(in key)));
        }
    }

    /// <summary>With what was taken later of the same.</summary>
    public SeenDrop Plus(SeenDrop later)
    {
        var sum = Value;
        sum.Packets += later.Value.Packets;
        sum.Bytes += later.Value.Bytes;
        sum.LastNs = later.Value.LastNs;
        return this with { Value = sum };
    }

    private string Text(int end)
    {
        var bytes = Key.Flow.Address[end];
        var address = new IPAddress(bytes);
        return $"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)}:{Key.Flow.Port[end]}";
    }
}

/// <summary>Loads the drop program, and keeps what it sees in the namespaces of one network: other tests drop packets, too.</summary>
internal sealed class DropObserver : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyDictionary<uint, string> _names = DropReasonNames.Read();
    private readonly HashSet<uint> _namespaces;

    /// <param name="network">Whose drops are kept.</param>
    /// <param name="typed">The tracepoint.</param>
    /// <param name="maxEntries">By default room for the most that tests beside this one drop: the sums are of the whole machine.</param>
    public DropObserver(DropNetwork network, bool typed = true, int maxEntries = 1 << 16)
    {
        _namespaces = network.Inodes;
        Program = DropProgram.Load(
            new DropProgramOptions
            {
                MaxEntries = maxEntries,
                Ordinary =
                [
                    .. _names
                        .Where(name =>
                            name.Value is "CONSUMED" or "NOT_DROPPED_YET" or "TCP_CLOSE" or "TCP_RESET"
                        )
                        .Select(name => name.Key),
                ],
            },
            typed
        );
    }

    public DropProgram Program { get; }

    public uint NumberOf(string reason) => _names.First(name => name.Value == reason).Key;

    /// <summary>All that was seen for a reason until so many packets were, or nothing came for long. What was taken at different times is one sum.</summary>
    public List<SeenDrop> Wait(string reason, long packets)
    {
        var seen = new List<SeenDrop>();
        var start = Stopwatch.GetTimestamp();
        do
        {
            seen.AddRange(Take().Where(drop => drop.Reason == reason));
            Thread.Sleep(20);
        } while (
            seen.Sum(drop => (long)drop.Value.Packets) < packets && Stopwatch.GetElapsedTime(start) < Patience
        );

        return [.. seen.GroupBy(drop => drop.Name).Select(same => same.Aggregate((a, b) => a.Plus(b)))];
    }

    public List<SeenDrop> Take()
    {
        var seen = new List<SeenDrop>();
        Program.Take(
            (in key, in value) =>
            {
                if (_namespaces.Contains(key.Netns))
                {
                    seen.Add(
                        new SeenDrop(_names.GetValueOrDefault(key.Reason, $"reason-{key.Reason}"), key, value)
                    );
                }
            }
        );
        return seen;
    }

    public void Dispose() => Program.Dispose();
}
