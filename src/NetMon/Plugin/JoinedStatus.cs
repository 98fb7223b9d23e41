using System.Collections.Specialized;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using NetMon.Client;
using NetMon.Kubernetes.Pods;

namespace NetMon.Plugin;

/// <summary><c>{"agents":[{"agent":"node-1",...},{"agent":"node-2","error":"..."}]}</c>: those that do not answer are in it, too.</summary>
internal sealed class JoinedStatus : JoinedAnswer
{
    protected override async Task<HttpResponseMessage> JoinAsync(
        IReadOnlyList<(PodLocation Pod, HttpResponseMessage Response)> answers,
        IReadOnlyList<(PodLocation Pod, AgentException Error)> failures,
        NameValueCollection query,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await using (var json = new Utf8JsonWriter(pipe.Writer))
        {
            json.WriteStartObject();
            json.WriteStartArray("agents");
            foreach (var (pod, response) in answers)
            {
                using (response)
                {
                    if (response.StatusCode != HttpStatusCode.OK)
                    {
                        WriteError(json, pod.Node, $"answered {(int)response.StatusCode}");
                        continue;
                    }

                    await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                    using var status = await JsonDocument.ParseAsync(
                        body,
                        cancellationToken: cancellationToken
                    );
                    JoinedList.Write(json, pod.Node, status.RootElement);
                }
            }

            foreach (var (pod, error) in failures)
            {
                WriteError(json, pod.Node, error.Message);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await pipe.Writer.CompleteAsync();
        return JoinedList.Answer(pipe.Reader.AsStream());
    }

    private static void WriteError(Utf8JsonWriter json, string agent, string error)
    {
        json.WriteStartObject();
        json.WriteString("agent", agent);
        json.WriteString("error", error);
        json.WriteEndObject();
    }
}
