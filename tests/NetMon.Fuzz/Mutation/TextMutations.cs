using System.Buffers;
using System.Text;

namespace NetMon.Fuzz.Mutation;

/// <summary>Changes of text: JSON, YAML, queries, the kernel's tables.</summary>
internal static class TextMutations
{
    /// <summary>What breaks readers of text, whatever they read.</summary>
    private static readonly byte[][] Hostile =
    [
        .. new[]
        {
            "-1",
            "0",
            "-0",
            "1e999",
            "1E-400",
            "0.1",
            "00",
            "99999999999999999999",
            "2147483648",
            "9223372036854775808",
            "18446744073709551616",
            "NaN",
            "\\ud800",
            "\\udc00\\ud800",
            "\\u0000",
            "\\",
            "\0",
            "\u001b[2J",
            "\u202e",
            "\ufeff",
            "null",
            "true",
            "false",
            "{}",
            "[]",
            "\"\"",
            "..",
            "/",
            "%00",
            "%zz",
            "%",
            "&",
            "=",
            ";",
            "+",
            "*",
            ":",
            "-",
            "\t",
            "\r",
            "\r\n",
            "\u0085",
            "\u2028",
            "é",
            "𝒳",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff],
        [0xc0, 0x80],
        [0xed, 0xa0, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
        [0xe2, 0x82],
    ];

    private static readonly SearchValues<byte> AnyBracket = SearchValues.Create("[{(]})\"'"u8);

    private static ReadOnlySpan<byte> Brackets => "[{(]})\"'"u8;

    public static void Apply(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> words)
    {
        switch (random.Below(9))
        {
            case 0:
                draft.Insert(random.Below(draft.Length + 1), Hostile[random.Below(Hostile.Length)]);
                break;
            case 1:
                Replace(draft, ref random, Hostile[random.Below(Hostile.Length)]);
                break;
            case 2 when words.Count > 0:
                draft.Insert(random.Below(draft.Length + 1), words[random.Below(words.Count)]);
                break;
            case 3 when words.Count > 0:
                Replace(draft, ref random, words[random.Below(words.Count)]);
                break;
            case 4:
                Nest(draft, ref random);
                break;
            case 5:
                RemoveMark(draft, ref random);
                break;
            case 6:
                RepeatLine(draft, ref random);
                break;
            case 7:
                Lengthen(draft, ref random);
                break;
            default:
                Indent(draft, ref random);
                break;
        }
    }

    /// <summary>Puts something in the place of a word or number.</summary>
    private static void Replace(Draft draft, ref InputRandom random, ReadOnlySpan<byte> by)
    {
        var at = random.Below(draft.Length);
        while (at > 0 && IsWord(draft.Bytes[at - 1]))
        {
            at--;
        }

        var end = at;
        while (end < draft.Length && IsWord(draft.Bytes[end]))
        {
            end++;
        }

        draft.Replace(at, end - at, by);
    }

    private static void Nest(Draft draft, ref InputRandom random)
    {
        var depth = random.OneIn(8) ? 1 + random.Below(6000) : 1 + random.Below(100);
        var (open, close) = random.Below(4) switch
        {
            0 => ("{\"a\":", "}"),
            1 => ("- ", ""),
            2 => ("{a: ", "}"),
            _ => ("[", "]"),
        };
        var at = random.Below(draft.Length + 1);
        var opening = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth)));
        draft.Insert(at, opening);
        if (close.Length > 0 && random.OneIn(2))
        {
            draft.Insert(
                Math.Min(at + opening.Length, draft.Length),
                Encoding.UTF8.GetBytes("1" + string.Concat(Enumerable.Repeat(close, depth)))
            );
        }
    }

    private static void RemoveMark(Draft draft, ref InputRandom random)
    {
        var from = random.Below(draft.Length);
        var next = draft.Bytes[from..].IndexOfAny(AnyBracket);
        if (next >= 0)
        {
            draft.Replace(from + next, 1, random.OneIn(2) ? [] : [Brackets[random.Below(Brackets.Length)]]);
        }
    }

    private static void RepeatLine(Draft draft, ref InputRandom random)
    {
        var from = random.Below(draft.Length);
        var start = draft.Bytes[..from].LastIndexOf((byte)'\n') + 1;
        var length = draft.Bytes[start..].IndexOf((byte)'\n');
        var line = draft.Bytes[start..][..(length < 0 ? draft.Length - start : length + 1)].ToArray();
        for (var times = random.Below(random.OneIn(16) ? 200 : 3); times >= 0; times--)
        {
            draft.Insert(start, line);
        }
    }

    private static void Lengthen(Draft draft, ref InputRandom random)
    {
        var at = random.Below(draft.Length);
        var count = random.OneIn(8) ? random.Below(4000) : random.Below(300);
        var filling = new byte[count];
        filling.AsSpan().Fill(draft.Length > 0 ? draft.Bytes[at] : (byte)'a');
        draft.Insert(at, filling);
    }

    private static void Indent(Draft draft, ref InputRandom random)
    {
        var from = random.Below(draft.Length);
        var line = draft.Bytes[..from].LastIndexOf((byte)'\n') + 1;
        if (random.OneIn(2))
        {
            draft.Insert(line, "        "u8[..(1 + random.Below(8))]);
        }
        else if (line < draft.Length && draft.Bytes[line] == (byte)' ')
        {
            draft.Remove(line, 1 + random.Below(4));
        }
    }

    private static bool IsWord(byte one) =>
        char.IsAsciiLetterOrDigit((char)one) || one is (byte)'.' or (byte)'_' or (byte)'-';
}
