using System.Globalization;
using System.Text;

namespace NetMon.Bpf.Drops;

/// <summary>Finds which function of the kernel an address is in.</summary>
public static class KernelSymbols
{
    private const string Table = "/proc/kallsyms";

    /// <summary>
    /// Reads the kernel's table of symbols once, some 10 ms and 5 MB of text, of which nothing is kept.
    /// </summary>
    /// <param name="addresses">What to look for: a few.</param>
    /// <returns>Function and offset, such as <c>nf_hook_slow+0xd6</c>, of those that are known: none where the kernel hides addresses (kernel.kptr_restrict).</returns>
    /// <exception cref="IOException">The table cannot be read.</exception>
    public static IReadOnlyDictionary<ulong, string> Find(IReadOnlyCollection<ulong> addresses)
    {
        using var text = new FileStream(Table, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
        return Find(text, addresses);
    }

    /// <summary>Whether the kernel hides its addresses from this process (kernel.kptr_restrict): read to the first that it does not hide.</summary>
    /// <exception cref="IOException">The table cannot be read.</exception>
    public static bool AreHidden()
    {
        using var text = new FileStream(Table, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return AreHidden(text);
    }

    /// <param name="text">As <see cref="Find(Stream, IReadOnlyCollection{ulong})"/>.</param>
    internal static bool AreHidden(Stream text)
    {
        using var reader = new StreamReader(text, Encoding.ASCII, false, 4096, leaveOpen: true);
        var lines = new LineSplitter(reader);
        while (lines.TryRead(out var line))
        {
            if (TryParse(line, out _, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="text">Lines of the form <c>address type name [module]</c>, in any order.</param>
    /// <param name="addresses">What to look for.</param>
    internal static IReadOnlyDictionary<ulong, string> Find(Stream text, IReadOnlyCollection<ulong> addresses)
    {
        var nearest = addresses.Distinct().Select(address => new Nearest(address)).ToArray();
        using var reader = new StreamReader(text, Encoding.ASCII, false, 64 * 1024, leaveOpen: true);
        var lines = new LineSplitter(reader);
        while (lines.TryRead(out var line))
        {
            if (TryParse(line, out var start, out var name))
            {
                foreach (var one in nearest)
                {
                    one.Offer(start, name);
                }
            }
        }

        return nearest.Where(one => one.IsKnown).ToDictionary(one => one.Address, one => one.ToString());
    }

    // Functions only: types t and w, in either case. Hidden addresses are 0.
    private static bool TryParse(ReadOnlySpan<char> line, out ulong start, out ReadOnlySpan<char> name)
    {
        name = default;
        var space = line.IndexOf(' ');
        if (
            !ulong.TryParse(
                line[..Math.Max(space, 0)],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out start
            )
            || start == 0
            || line.Length < space + 4
            || line[space + 1] is not ('t' or 'T' or 'w' or 'W')
        )
        {
            return false;
        }

        name = line[(space + 3)..];
        var end = name.IndexOfAny('\t', ' ');
        name = end < 0 ? name : name[..end];
        return true;
    }

    /// <summary>The last function that begins before an address. Most tables are in order, so that the best so far changes with each line: names are kept in place.</summary>
    private sealed class Nearest(ulong address)
    {
        private readonly char[] _name = new char[128];
        private ulong _start;
        private int _length;

        public ulong Address => address;

        public bool IsKnown => _start != 0;

        public void Offer(ulong start, ReadOnlySpan<char> name)
        {
            if (start > address || start <= _start)
            {
                return;
            }

            _start = start;
            _length = Math.Min(name.Length, _name.Length);
            name[.._length].CopyTo(_name);
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{_name.AsSpan(0, _length)}+0x{address - _start:x}");
    }

    /// <summary>Lines without an object for each.</summary>
    private ref struct LineSplitter(TextReader reader)
    {
        private readonly char[] _buffer = new char[64 * 1024];
        private int _start;
        private int _end;

        public bool TryRead(out ReadOnlySpan<char> line)
        {
            while (true)
            {
                var length = _buffer.AsSpan(_start, _end - _start).IndexOf('\n');
                if (length >= 0)
                {
                    line = _buffer.AsSpan(_start, length);
                    _start += length + 1;
                    return true;
                }

                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
                var count = _end == _buffer.Length ? 0 : reader.Read(_buffer, _end, _buffer.Length - _end);
                if (count == 0)
                {
                    line = _buffer.AsSpan(0, _end);
                    var any = _end > 0;
                    _end = 0;
                    return any;
                }

                _end += count;
            }
        }
    }
}
