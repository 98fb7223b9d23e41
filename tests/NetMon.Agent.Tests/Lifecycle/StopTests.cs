using System.Text;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Lifecycle;

namespace NetMon.Agent.Tests.Lifecycle;

public sealed class StopTests
{
    [Theory]
    [InlineData("""{"keep":true}""", StopReason.AskedToKeep)]
    [InlineData("""{"keep":false}""", StopReason.AskedToDetach)]
    public async Task A_request_ends_the_agent_once_it_is_answered(string body, StopReason reason)
    {
        using var stop = new AgentStop();
        var (context, completed) = Request(body);

        await new StopEndpoint(stop).HandleAsync(context);
        Assert.Equal(StatusCodes.Status202Accepted, context.Response.StatusCode);
        Assert.Equal(StopReason.None, stop.Reason);
        await completed();

        Assert.Equal(reason, stop.Reason);
        Assert.True(stop.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData("")]
    [InlineData("keep")]
    [InlineData("[true]")]
    [InlineData("""{"keep":"yes"}""")]
    [InlineData("""{"kept":true}""")]
    public async Task Another_body_is_refused_and_nothing_stops(string body)
    {
        using var stop = new AgentStop();
        var (context, completed) = Request(body);

        await new StopEndpoint(stop).HandleAsync(context);
        await completed();

        Assert.Equal(StatusCodes.Status400BadRequest, context.Response.StatusCode);
        Assert.Equal(StopReason.None, stop.Reason);
    }

    [Fact]
    public async Task A_body_without_end_is_not_read_to_it()
    {
        using var stop = new AgentStop();
        var (context, _) = Request("{" + new string(' ', 1 << 20) + "}");

        await new StopEndpoint(stop).HandleAsync(context);

        Assert.Equal(StatusCodes.Status400BadRequest, context.Response.StatusCode);
        Assert.InRange(context.Request.Body.Position, 0, 4096);
    }

    [Fact]
    public void The_first_reason_stays()
    {
        using var stop = new AgentStop();
        stop.Request(StopReason.Terminated);
        stop.Request(StopReason.Interrupted);
        Assert.Equal(StopReason.Terminated, stop.Reason);
    }

    private static (HttpContext Context, Func<Task> Completed) Request(string body)
    {
        var completions = new List<Func<Task>>();
        var context = new DefaultHttpContext();
        context.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>(
            new Response(completions)
        );
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return (context, () => Task.WhenAll(completions.Select(each => each())));
    }

    private sealed class Response(List<Func<Task>> completions)
        : Microsoft.AspNetCore.Http.Features.HttpResponseFeature
    {
        public override void OnCompleted(Func<object, Task> callback, object state) =>
            completions.Add(() => callback(state));
    }
}
