using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Misbehaviour;

namespace NetMon.Lab.ApiServer;

/// <summary>Takes requests to misbehave, over plain HTTP on a port of its own.</summary>
/// <remarks>
/// <code>
///   GET  /                                 this table; GET /state: how things are; GET /kubeconfig
///   POST /kill                             ports closed, connections reset
///   POST /restart?compacted=true           serves again
///   POST /shutdown?seconds=60              refuses connections, keeps open watches
///   POST /freeze, /thaw                    storage stops to answer, and answers again
///   POST /compact                          forgets history
///   POST /restore?version=N                goes back to an earlier resource version
///   POST /answer?code=403&amp;resource=pods&amp;verb=list&amp;retry_after=5&amp;times=3&amp;in_band=true
///   POST /end-watches?how=CutAndReset&amp;resource=pods
///   POST /continue-tokens?are=Expired      Valid, Expired, ExpiredForGood
///   POST /bookmarks?on=false
///   POST /rate?bytes_per_second=1000       0: no limit
///   POST /rotate-token                     answers the new token
///   POST /clear                            as at the start
/// </code>
/// </remarks>
internal sealed class AdminEndpoint(KubeApiServer server)
{
    private static readonly string[] Paths =
    [
        "kill",
        "restart?compacted=true",
        "shutdown?seconds=60",
        "freeze",
        "thaw",
        "compact",
        "restore?version=N",
        "answer?code=403&resource=pods&verb=list&retry_after=5&times=3&in_band=true",
        "end-watches?how=CutAndReset&resource=pods",
        "continue-tokens?are=Expired",
        "bookmarks?on=false",
        "rate?bytes_per_second=1000",
        "rotate-token",
        "clear",
    ];

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var path = (context.Request.Path.Value ?? "").Trim('/');
            var isPost = HttpMethods.IsPost(context.Request.Method);
            var answer = isPost ? await DoAsync(path, context.Request.Query) : Tell(path);
            context.Response.StatusCode = answer is null ? 404 : 200;
            await context.Response.WriteAsync(answer ?? "no such thing; GET / lists what there is\n");
        }
        catch (Exception error)
            when (error is ArgumentException or FormatException or OverflowException or Storage.StoreException
            )
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync(error.Message + "\n");
        }
    }

    private string? Tell(string path) =>
        path switch
        {
            "" => string.Join("\n", Paths.Select(item => $"POST /{item}"))
                + "\nGET /state\nGET /kubeconfig\n",
            "kubeconfig" => server.Kubeconfig,
            "state" => new JsonObject
            {
                ["url"] = server.Url.ToString(),
                ["resourceVersion"] = server.ResourceVersion,
                ["frozen"] = server.Faults.IsFrozen,
                ["watches"] = server.Faults.OpenWatches,
                ["requests"] = server.Log.Requests.Count,
            }.ToJsonString() + "\n",
            _ => null,
        };

    private async Task<string?> DoAsync(string path, IQueryCollection query)
    {
        var faults = server.Faults;
        switch (path)
        {
            case "kill":
                await server.KillAsync();
                break;
            case "restart":
                await server.RestartAsync(query["compacted"] != "false");
                break;
            case "shutdown":
                _ = server.ShutDownAsync(TimeSpan.FromSeconds(Number(query, "seconds", 60)));
                break;
            case "freeze":
                faults.Freeze();
                break;
            case "thaw":
                faults.Thaw();
                break;
            case "compact":
                server.Compact();
                break;
            case "restore":
                server.Restore((ulong)Number(query, "version", 1));
                break;
            case "answer":
                faults.Answer(Rule(query));
                break;
            case "end-watches":
                var how = Enum.Parse<WatchEnd>(Text(query, "how", "Close"), ignoreCase: true);
                return $"{faults.EndWatches(how, Text(query, "resource", "*"))}\n";
            case "continue-tokens":
                faults.ContinueTokens = Enum.Parse<ContinueTokens>(
                    Text(query, "are", "Valid"),
                    ignoreCase: true
                );
                break;
            case "bookmarks":
                faults.Bookmarks = query["on"] != "false";
                break;
            case "rate":
                faults.BytesPerSecond = Number(query, "bytes_per_second", 0);
                break;
            case "rotate-token":
                return server.RotateToken() + "\n";
            case "clear":
                faults.Clear();
                break;
            default:
                return null;
        }

        return "ok\n";
    }

    private static AnswerRule Rule(IQueryCollection query)
    {
        var wait = Number(query, "retry_after", 0);
        return new AnswerRule(
            Number(query, "code", 500),
            Text(query, "resource", "*"),
            Text(query, "verb", "*")
        )
        {
            RetryAfter = wait > 0 ? TimeSpan.FromSeconds(wait) : null,
            Times = Number(query, "times", int.MaxValue),
            InBand = query["in_band"] == "true",
        };
    }

    private static string Text(IQueryCollection query, string name, string otherwise) =>
        query[name].ToString() is { Length: > 0 } text ? text : otherwise;

    private static int Number(IQueryCollection query, string name, int otherwise) =>
        query[name].ToString() is { Length: > 0 } text ? int.Parse(text) : otherwise;
}
