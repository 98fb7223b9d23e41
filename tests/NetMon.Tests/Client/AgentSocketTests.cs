using System.Net.Sockets;
using NetMon.Client;
using NetMon.Tests.Terminal;

namespace NetMon.Tests.Client;

public sealed class AgentSocketTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-socket-").FullName;

    private string SocketPath => Path.Combine(_directory, "netmon.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_agent_is_asked_by_its_socket()
    {
        await using var agent = await FakeAgent.StartAsync(SocketPath);
        using var client = new AgentClient(agent.Address);
        await client.ListAsync(new FlowRequest(), CancellationToken.None);

        Assert.Single(agent.Requests);
        Assert.Equal($"unix:{SocketPath}", client.Address.ToString());
    }

    [Fact]
    public async Task A_socket_that_nobody_serves_is_told_with_a_next_step()
    {
        using var client = new AgentClient(Parse(SocketPath));
        var error = await Assert.ThrowsAsync<AgentException>(() =>
            client.ListAsync(new FlowRequest(), CancellationToken.None)
        );

        Assert.StartsWith(
            $"no agent answers at unix:{SocketPath}: ",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("netmon agent", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netmon.sock", "there is no such socket")]
    [InlineData("", "that is a directory")]
    public async Task What_is_no_socket_is_told_as_what_it_is(string name, string said)
    {
        var path = Path.Combine(_directory, name);
        using var client = new AgentClient(Parse(path));
        var error = await Assert.ThrowsAsync<AgentException>(() =>
            client.ListAsync(new FlowRequest(), CancellationToken.None)
        );

        Assert.Equal($"no agent answers at unix:{path}: {said}", error.Message);
    }

    [Fact]
    public async Task A_socket_may_be_used_only_while_somebody_listens()
    {
        Assert.False(AgentConnection.CanConnect(SocketPath));
        await using (await FakeAgent.StartAsync(SocketPath))
        {
            Assert.True(AgentConnection.CanConnect(SocketPath));
        }

        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(SocketPath));
            Assert.True(File.Exists(SocketPath));
            Assert.False(AgentConnection.CanConnect(SocketPath));
        }
    }

    private static ServerAddress Parse(string path)
    {
        Assert.True(ServerAddress.TryParse("unix:" + path, out var address));
        return address;
    }
}
