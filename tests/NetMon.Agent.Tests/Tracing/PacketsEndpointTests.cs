using Microsoft.AspNetCore.Http;
using NetMon.Agent.Tracing;

namespace NetMon.Agent.Tests.Tracing;

public class PacketsEndpointTests
{
    [Theory]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("Infinity")]
    [InlineData("0")]
    [InlineData("601")]
    [InlineData("soon")]
    public async Task A_duration_that_is_none_is_refused(string duration)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString($"?duration={duration}");

        await new PacketsEndpoint(new WallClock(TimeProvider.System)).HandleAsync(context);

        Assert.Equal(StatusCodes.Status400BadRequest, context.Response.StatusCode);
    }
}
