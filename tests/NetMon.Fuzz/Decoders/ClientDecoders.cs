using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Client;
using NetMon.Core.Flows;

namespace NetMon.Fuzz.Decoders;

/// <summary>What an agent, or what is in its place, answers to the verbs.</summary>
internal static class ClientDecoders
{
    private static readonly IReadOnlyList<byte[]> Words = Seeds.Words(
        "\"time\": \"total\": \"flows\":[ \"drops\":[ \"events\":[ \"lost\": \"source\":{ \"destination\":{ \"sent\":{ \"bytes\": \"id\": \"labels\":{ , : [ ] { } null"
    );

    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [
        ("client-flow-lists", name => Lists(name, "flow-lists.txt", ReadFlows)),
        (
            "client-flow-lines",
            name => Lines(name, "flow-lines.txt", text => FlowLines.TryRead(in text, out _))
        ),
        (
            "client-drop-lists",
            name =>
                Lists(
                    name,
                    "drop-lists.txt",
                    async stream => (await DropReader.ReadListAsync(stream, default)).Drops.Count
                )
        ),
        ("client-drop-lines", name => Lines(name, "drop-lines.txt", ReadDrop)),
        (
            "client-event-lists",
            name =>
                Lists(
                    name,
                    "event-lists.txt",
                    async stream => (await EventReader.ReadListAsync(stream, default)).Events.Count
                )
        ),
        (
            "client-event-lines",
            name => Lines(name, "event-lines.txt", text => EventReader.ReadLine(in text) is not null)
        ),
        ("client-lines", SplitLines),
        ("server-address", Addresses),
    ];

    private static async Task<int> ReadFlows(Stream stream) =>
        (await FlowListReader.ReadAsync(stream, default)).Flows.Count;

    private static bool ReadDrop(ReadOnlySequence<byte> text)
    {
        try
        {
            return DropReader.ReadLine(in text, out var lost) is not null || lost > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>A list, as a whole and in pieces: either way the same is read.</summary>
    private static Decoder Lists(string name, string file, Func<Stream, Task<int>> read) =>
        new(
            name,
            "a list",
            Seeds.Lines(file),
            () =>
                input =>
                {
                    var bytes = input.ToArray();
                    var whole = Read(new MemoryStream(bytes), read);
                    var pieces = Read(new PieceStream(bytes, 1 + (bytes.Length % 97)), read);
                    BrokenException.Unless(
                        whole == pieces,
                        $"as a whole {whole} are read, in pieces {pieces}"
                    );
                    return whole >= 0;
                }
        )
        {
            Words = Words,
            Allocation = (1024 * 1024, 512),
        };

    private static int Read(Stream stream, Func<Stream, Task<int>> read)
    {
        try
        {
            return read(stream).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            return -1;
        }
    }

    private static Decoder Lines(string name, string file, Func<ReadOnlySequence<byte>, bool> read) =>
        new(
            name,
            "a line of a stream",
            Seeds.Lines(file),
            () => input => read(new ReadOnlySequence<byte>(input.ToArray()))
        )
        {
            Words = Words,
        };

    private static Decoder SplitLines(string name) =>
        new(
            name,
            "lines of a stream",
            Seeds.File("flow-lines.txt", "event-lines.txt"),
            () =>
                input =>
                {
                    var bytes = input.ToArray();
                    // Independently: what is before each line feed, unless it is empty.
                    var expected = Encoding
                        .Latin1.GetString(bytes)
                        .Split('\n')[..^1]
                        .Where(line => line.Length > 0);
                    var read = new List<string>();
                    var lines = new LineReader(new PieceStream(bytes, 1 + (bytes.Length % 89)));
                    while (lines.ReadAsync(default).AsTask().GetAwaiter().GetResult() is { } line)
                    {
                        read.Add(Encoding.Latin1.GetString(line));
                    }

                    BrokenException.Unless(
                        expected.SequenceEqual(read, StringComparer.Ordinal),
                        "lines are read differently"
                    );
                    return read.Count > 0;
                }
        )
        {
            Words = [.. Words, "\n"u8.ToArray()],
            Allocation = (1024 * 1024, 512),
        };

    private static Decoder Addresses(string name) =>
        new(
            name,
            "--server",
            [
                .. new[]
                {
                    "127.0.0.1:9990",
                    "[::1]:9990",
                    "node-1.example",
                    "fe80::1",
                    "localhost:80",
                }.Select(Encoding.ASCII.GetBytes),
            ],
            () =>
                input =>
                {
                    if (!ServerAddress.TryParse(Encoding.UTF8.GetString(input), out var address))
                    {
                        return false;
                    }

                    _ = address.ToUri();
                    return true;
                }
        )
        {
            Words = Seeds.Words(": [ ] :0 :65536 % %eth0 unix: /run"),
        };

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, piece));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, piece)]);

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => new(Read(buffer.Span));
    }
}
