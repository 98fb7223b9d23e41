using System.Runtime.InteropServices;
using System.Text;

namespace NetMon.Bpf.Interop;

/// <summary>Keeps what libbpf says during a call, for the exception: it calls back on the thread that called it.</summary>
internal static unsafe class LibbpfLog
{
    private const int MaxCharacters = 16 * 1024;

    /// <summary>libbpf grows its buffer for the verifier's log up to 16 MiB. Only pages that are written take memory.</summary>
    private const int MaxMessage = 17 * 1024 * 1024;
    private const int Debug = 2;

    [ThreadStatic]
    private static StringBuilder? _text;

    public static void Install() => Libbpf.libbpf_set_print(&OnMessage);

    public static void Clear() => _text?.Clear();

    /// <summary>The last lines of what libbpf and the verifier said on this thread since <see cref="Clear"/>.</summary>
    public static string Take()
    {
        var text = _text?.ToString().TrimEnd() ?? "";
        _text?.Clear();
        return text;
    }

    /// <summary>Adds a message, and forgets the oldest lines beyond <see cref="MaxCharacters"/>.</summary>
    internal static void Append(string message)
    {
        var text = _text ??= new StringBuilder();
        text.Append(message);
        if (text.Length > MaxCharacters)
        {
            var kept = text.ToString(text.Length - MaxCharacters, MaxCharacters);
            var line = kept.IndexOf('\n', StringComparison.Ordinal) + 1;
            text.Clear().Append("...\n").Append(kept, line, kept.Length - line);
        }
    }

    [UnmanagedCallersOnly]
    private static int OnMessage(int level, byte* format, nint arguments)
    {
        if (level >= Debug)
        {
            return 0;
        }

        var buffer = (byte*)NativeMemory.Alloc(MaxMessage);
        try
        {
            var length = Libc.vsnprintf(buffer, MaxMessage, format, arguments);
            if (length > 0)
            {
                // The verifier's log comes as one message; its end says what went wrong.
                var end = Math.Min(length, MaxMessage - 1);
                var start = Math.Max(0, end - MaxCharacters);
                Append(Encoding.UTF8.GetString(buffer + start, end - start));
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }

        return 0;
    }
}
