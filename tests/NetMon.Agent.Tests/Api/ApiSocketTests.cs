using System.Net;
using System.Net.Sockets;
using NetMon.Agent.Tests.Api.Access;

namespace NetMon.Agent.Tests.Api;

public sealed class ApiSocketTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-socket-").FullName;

    private string StateDirectory => Path.Combine(_directory, "state");

    private string SocketPath => Path.Combine(StateDirectory, "netmon.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_socket_serves_what_the_network_does_and_goes_with_the_agent()
    {
        await using (var agent = await StartAsync())
        {
            Assert.Equal(SocketPath, agent.SocketPath);
            using var client = Client();
            Assert.Equal("ok\n", await client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
            Assert.StartsWith(
                "{",
                await client.GetStringAsync(new Uri("/api/v1/flows", UriKind.Relative)),
                StringComparison.Ordinal
            );
        }

        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Only_the_owner_may_use_it()
    {
        await using var agent = await StartAsync();

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(StateDirectory)
        );
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public async Task What_changes_the_agent_is_for_the_socket_alone()
    {
        await using var server = await GuardedServer.StartAsync(directory: StateDirectory);
        using var local = Client();

        using var done = await local.PostAsync(GuardedServer.Admin, null);
        Assert.Equal("ok", await done.Content.ReadAsStringAsync());
        using var refused = await server.Client().PostAsync(GuardedServer.Admin, null);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task What_a_killed_agent_left_is_replaced()
    {
        Directory.CreateDirectory(StateDirectory);
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(SocketPath));
        await using var agent = await StartAsync();

        using var client = Client();
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [Fact]
    public async Task A_socket_that_another_agent_serves_stays_its_own()
    {
        await using var first = await StartAsync();
        await using (var second = await StartAsync())
        {
            Assert.Null(second.SocketPath);
        }

        using var client = Client();
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [Fact]
    public async Task An_agent_that_can_have_no_socket_runs_without()
    {
        var file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "");
        foreach (var directory in (string[])[file, new string('x', 200)])
        {
            await using var agent = await AgentUnderTest.StartAsync(options =>
                options.State.Directory = Path.Combine(_directory, directory)
            );
            Assert.Null(agent.SocketPath);
            Assert.Equal("ok\n", await agent.Client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        }
    }

    private Task<AgentUnderTest> StartAsync() =>
        AgentUnderTest.StartAsync(options => options.State.Directory = StateDirectory);

    private HttpClient Client() =>
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = new Uri("http://localhost"),
        };
}
