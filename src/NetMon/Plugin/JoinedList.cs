using System.Collections.Specialized;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using NetMon.Client;
using NetMon.Kubernetes.Pods;
using NetMon.Terminal.Documents;

namespace NetMon.Plugin;

/// <summary>Lists as one list, in the order that was asked for; streams as one stream.</summary>
/// <param name="member">The list's name in an answer.</param>
/// <param name="order">By the parameter <c>sort</c>.</param>
internal sealed class JoinedList(string member, Func<string?, Func<JsonElement, double>> order) : JoinedAnswer
{
    protected override async Task<HttpResponseMessage> JoinAsync(
        IReadOnlyList<(PodLocation Pod, HttpResponseMessage Response)> answers,
        IReadOnlyList<(PodLocation Pod, AgentException Error)> failures,
        NameValueCollection query,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        var good = new List<(PodLocation Pod, HttpResponseMessage Response)>();
        foreach (var (pod, response) in answers)
        {
            if (response.StatusCode == HttpStatusCode.OK)
            {
                good.Add((pod, response));
                continue;
            }

            // Where nobody can answer, the first who said why stands for all.
            say($"{pod.Node}: the agent answered {(int)response.StatusCode}");
        }

        return good.Count == 0 ? answers[0].Response
            : query["follow"] is "true" ? JoinedStream.Of(good, say)
            : await ListAsync(good, query, cancellationToken);
    }

    private async Task<HttpResponseMessage> ListAsync(
        List<(PodLocation Pod, HttpResponseMessage Response)> answers,
        NameValueCollection query,
        CancellationToken cancellationToken
    )
    {
        var rank = order(query["sort"]);
        var items = new List<(double Rank, string Agent, JsonElement Item)>();
        var documents = new List<JsonDocument>();
        var total = 0L;
        DateTimeOffset time = default;
        foreach (var (pod, response) in answers)
        {
            using (response)
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
                documents.Add(document);
                total += (long)(document.RootElement.Number("total") ?? 0);
                if (document.RootElement.Member("time").TryGetDateTimeOffset(out var at) && at > time)
                {
                    time = at;
                }

                items.AddRange(
                    document.RootElement.Items(member).Select(item => (rank(item), pod.Node, item))
                );
            }
        }

        var most = int.TryParse(
            query["last"] ?? query["limit"],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var count
        )
            ? count
            : int.MaxValue;
        var chosen = items.OrderByDescending(item => item.Rank).Take(most);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await using (var json = new Utf8JsonWriter(pipe.Writer))
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteNumber("total", total);
            json.WriteStartArray(member);
            foreach (var (_, agent, item) in chosen)
            {
                Write(json, agent, item);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await pipe.Writer.CompleteAsync();
        documents.ForEach(document => document.Dispose());
        return Answer(pipe.Reader.AsStream());
    }

    public static HttpResponseMessage Answer(Stream body) =>
        new(HttpStatusCode.OK) { Content = new StreamContent(body) };

    /// <summary>Writes an item with its agent in front.</summary>
    public static void Write(Utf8JsonWriter json, string agent, JsonElement item)
    {
        json.WriteStartObject();
        json.WriteString("agent", agent);
        foreach (var property in item.EnumerateObject())
        {
            property.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
