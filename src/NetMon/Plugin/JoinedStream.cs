using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using NetMon.Client;
using NetMon.Kubernetes.Pods;

namespace NetMon.Plugin;

/// <summary>Streams of lines as one: whole lines, each with its agent, as they come.</summary>
internal static class JoinedStream
{
    /// <summary>What a slow reader lets wait here; then the agents are read no faster, and tell themselves what is lost.</summary>
    private const int MostWaiting = 1024 * 1024;

    public static HttpResponseMessage Of(
        IReadOnlyList<(PodLocation Pod, HttpResponseMessage Response)> streams,
        Action<string> say
    )
    {
        var pipe = new Pipe(
            new PipeOptions(pauseWriterThreshold: MostWaiting, resumeWriterThreshold: MostWaiting / 2)
        );
        _ = RunAsync(streams, pipe.Writer, say);
        return JoinedList.Answer(pipe.Reader.AsStream());
    }

    private static async Task RunAsync(
        IReadOnlyList<(PodLocation Pod, HttpResponseMessage Response)> streams,
        PipeWriter output,
        Action<string> say
    )
    {
        using var gate = new SemaphoreSlim(1);
        using var left = new CancellationTokenSource();
        await Task.WhenAll(
            streams.Select(stream => CopyAsync(stream.Pod.Node, stream.Response, output, gate, left, say))
        );
        await output.CompleteAsync();
    }

    private static async Task CopyAsync(
        string agent,
        HttpResponseMessage response,
        PipeWriter output,
        SemaphoreSlim gate,
        CancellationTokenSource left,
        Action<string> say
    )
    {
        using (response)
        {
            try
            {
                await using var body = await response.Content.ReadAsStreamAsync(left.Token);
                await using var lines = new LineReader(body);
                while (await lines.ReadAsync(left.Token) is { } line)
                {
                    await gate.WaitAsync(left.Token);
                    try
                    {
                        Write(output, agent, line);
                        if ((await output.FlushAsync(left.Token)).IsCompleted)
                        {
                            // Whoever read left.
                            await left.CancelAsync();
                        }
                    }
                    finally
                    {
                        gate.Release();
                    }
                }

                say($"{agent}: the agent ended its stream");
            }
            catch (OperationCanceledException) when (left.IsCancellationRequested) { }
            catch (Exception error) when (AgentFailure.IsOurs(error))
            {
                say($"{agent}: {error.GetBaseException().Message}; the others go on");
            }
        }
    }

    private static void Write(PipeWriter output, string agent, ReadOnlySequence<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        using (var json = new Utf8JsonWriter(output))
        {
            // A loss has no other member, and is known by its first.
            if (document.RootElement.TryGetProperty("lost", out _))
            {
                document.RootElement.WriteTo(json);
            }
            else
            {
                JoinedList.Write(json, agent, document.RootElement);
            }
        }

        output.Write("\n"u8);
    }
}
