using NetMon.Core.Flows;

namespace NetMon.Core.Networks;

/// <summary>Networks and what each stands for; an address finds the smallest that holds it. Never changes.</summary>
/// <remarks>
/// Nested networks are cut into ranges that do not overlap, so that a search is one binary search:
/// <code>
///   10.0.0.0/8 a          aaaaaaaaaaaaaaaaaaaaaaa
///   10.1.0.0/16 b               bbbb
///   starts, values       |a     |b  |a           |none
/// </code>
/// </remarks>
public sealed class CidrTable<T>
    where T : class
{
    private const int AddressBits = 128;
    private const int MappedLength = 96;

    private readonly UInt128[] _starts;
    private readonly T?[] _values;

    /// <param name="networks">Of two equal networks the first counts.</param>
    public CidrTable(IEnumerable<KeyValuePair<Cidr, T>> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        var ranges = new List<Range>();
        var known = new HashSet<Cidr>();
        foreach (var (network, value) in networks)
        {
            if (known.Add(network))
            {
                var bits = network.Address.IsIPv4
                    ? network.PrefixLength + MappedLength
                    : network.PrefixLength;
                ranges.Add(new(Number(network.Address), bits, value));
            }
        }

        Count = ranges.Count;

        // IPv4 lies within IPv6's space, and ::/0 holds none of it.
        ranges.Add(new(Number(NetworkAddress.FromIPv4(0)), MappedLength, Value: null));
        (_starts, _values) = Cut(ranges);
    }

    /// <summary>How many networks there are.</summary>
    public int Count { get; }

    /// <summary>What the smallest network that holds the address stands for; null if none does. Allocates nothing.</summary>
    public T? Find(in NetworkAddress address)
    {
        var index = Array.BinarySearch(_starts, Number(address));
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 ? _values[index] : null;
    }

    private static UInt128 Number(in NetworkAddress address) => new(address.High, address.Low);

    private static (UInt128[] Starts, T?[] Values) Cut(List<Range> ranges)
    {
        // An outer network comes before the networks in it; an IPv4 network 0.0.0.0/0 after the space that it fills.
        ranges.Sort(
            static (a, b) =>
            {
                var order = a.First.CompareTo(b.First);
                order = order != 0 ? order : a.Bits.CompareTo(b.Bits);
                return order != 0 ? order : (a.Value is null ? 0 : 1).CompareTo(b.Value is null ? 0 : 1);
            }
        );
        var starts = new List<UInt128>();
        var values = new List<T?>();
        var open = new Stack<Range>();
        foreach (var range in ranges)
        {
            while (open.TryPeek(out var outer) && outer.Last < range.First)
            {
                Close();
            }

            Begin(range.First, range.Value);
            open.Push(range);
        }

        while (open.Count > 0)
        {
            Close();
        }

        return ([.. starts], [.. values]);

        void Close()
        {
            var closed = open.Pop();
            if (closed.Last != UInt128.MaxValue)
            {
                Begin(closed.Last + 1, open.TryPeek(out var outer) ? outer.Value : null);
            }
        }

        void Begin(UInt128 start, T? value)
        {
            if (starts.Count > 0 && starts[^1] == start)
            {
                values[^1] = value;
                return;
            }

            starts.Add(start);
            values.Add(value);
        }
    }

    private readonly record struct Range(UInt128 First, int Bits, T? Value)
    {
        public UInt128 Last =>
            Bits == 0 ? UInt128.MaxValue : First + ((UInt128.One << (AddressBits - Bits)) - 1);
    }
}
