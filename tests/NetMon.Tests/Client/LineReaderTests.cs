using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using NetMon.Client;

namespace NetMon.Tests.Client;

public sealed class LineReaderTests
{
    private readonly Pipe _pipe = new();

    [Fact]
    public async Task Lines_come_whole_however_the_bytes_arrive()
    {
        var bytes = "one\n\ntwo\nthree\n"u8.ToArray();
        for (var size = 1; size <= bytes.Length; size++)
        {
            var pipe = new Pipe();
            var writing = Task.Run(async () =>
            {
                foreach (var piece in bytes.Chunk(size))
                {
                    await pipe.Writer.WriteAsync(piece);
                    await Task.Yield();
                }

                await pipe.Writer.CompleteAsync();
            });
            await using var lines = new LineReader(pipe.Reader.AsStream());
            Assert.Equal(["one", "two", "three"], await ReadAllAsync(lines));
            await writing;
        }
    }

    [Fact]
    public async Task A_line_that_was_cut_off_counts_for_nothing()
    {
        await _pipe.Writer.WriteAsync("whole\n{\"half\":"u8.ToArray());
        await _pipe.Writer.CompleteAsync();
        await using var lines = new LineReader(_pipe.Reader.AsStream());
        Assert.Equal(["whole"], await ReadAllAsync(lines));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_without_end_is_refused_before_it_fills_the_memory(bool ended)
    {
        var endless = new byte[LineReader.MaxLine + (ended ? 1 : 100_000)];
        var writing = Task.Run(async () =>
        {
            await _pipe.Writer.WriteAsync(endless);
            if (ended)
            {
                await _pipe.Writer.WriteAsync("\n"u8.ToArray());
            }
        });
        await using (var lines = new LineReader(_pipe.Reader.AsStream()))
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAllAsync(lines));
        }

        await writing;
    }

    private static async Task<List<string>> ReadAllAsync(LineReader lines)
    {
        var all = new List<string>();
        while (await lines.ReadAsync(CancellationToken.None) is { } line)
        {
            all.Add(Encoding.UTF8.GetString(line.ToArray()));
        }

        return all;
    }
}
