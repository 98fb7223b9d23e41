using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Records;
using NetMon.Bpf.Sockets;
using SocketFlags = NetMon.Bpf.Records.SocketFlags;

namespace NetMon.Bpf.Tests.Sockets;

/// <summary>Real sockets of this process and of others, against what /proc and ss say of them.</summary>
public class SocketProgramTests
{
    private static readonly string Command = File.ReadAllText("/proc/self/comm").Trim();

    [SkippableTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Both_ends_of_a_connection_are_told_with_their_process(string address)
    {
        using var sockets = new SocketEvents();
        var (client, server) = ConnectAndClose(IPAddress.Parse(address));
        var seen = sockets.TakeUntil(seen =>
            seen.Exists(one => one.Kind == SocketKind.Unbound && one.Local.Equals(server))
            && seen.Exists(one => one.Kind == SocketKind.Closed && one.Local.Equals(server))
            && seen.Exists(one => one.Kind == SocketKind.Closed && one.Local.Equals(client))
        );
        foreach (var (local, remote) in new[] { (client, server), (server, client) })
        {
            var ours = seen.Where(one => one.Local.Equals(local) && one.Remote.Equals(remote)).ToArray();
            Assert.Equal([SocketKind.Opened, SocketKind.Closed], ours.Select(one => one.Kind));
            Assert.All(ours, one => Assert.Equal((Environment.ProcessId, Command), (one.Pid, one.Command)));
            Assert.All(ours, one => Assert.Equal(OwnNamespace.Read(), one.Netns));
            Assert.Single(ours.Select(one => one.Event.Cookie).Distinct());
            Assert.Equal(
                local.Equals(server),
                (ours[0].Event.Owner.Flags & SocketFlags.Accepted) != SocketFlags.None
            );
        }

        var listening = seen.Where(one => one.Local.Equals(server) && one.Remote.Port == 0);
        Assert.Equal([SocketKind.Bound, SocketKind.Unbound], listening.Select(one => one.Kind));
    }

    [SkippableFact]
    public void A_connection_is_told_before_its_first_packet_even_if_nobody_answers()
    {
        using var sockets = new SocketEvents();
        Skip.If(sockets.Program.ConnectMissing.Length > 0, sockets.Program.ConnectMissing);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => socket.Connect(IPAddress.Loopback, 1));
        var cookie = new byte[8];
        socket.GetRawSocketOption(1, 57, cookie); // SO_COOKIE: others may ask there too.
        var ours = sockets
            .TakeUntil(seen => seen.Exists(one => IsOurs(one) && one.Kind == SocketKind.Closed))
            .Where(IsOurs)
            .ToArray();
        Assert.Equal([SocketKind.Opened, SocketKind.Closed], ours.Select(one => one.Kind));
        Assert.All(ours, one => Assert.Equal(Environment.ProcessId, one.Pid));

        bool IsOurs(SeenSocket one) =>
            one.Remote.Port == 1 && one.Event.Cookie == BitConverter.ToUInt64(cookie);
    }

    [SkippableFact]
    public void A_process_that_ends_at_once_is_told_by_the_name_that_it_had()
    {
        using var sockets = new SocketEvents();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = (IPEndPoint)listener.LocalEndpoint;
        // Another name than that which the shell began with: exec changes it.
        using var client = Run(
            "sh",
            $"exec python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {server.Port}))'"
        );
        Assert.True(client.WaitForExit(60_000));
        Assert.Equal(0, client.ExitCode);
        var told = Assert.Single(
            sockets.Take(),
            one => one.Kind == SocketKind.Opened && one.Remote.Equals(server)
        );
        Assert.Equal(client.Id, told.Pid);
        Assert.StartsWith("python3", told.Command);
    }

    [SkippableFact]
    public void What_was_there_before_is_found_in_every_namespace()
    {
        Privileges.Require();
        using var server = Run(
            "sh",
            "ip link set lo up; exec python3 -c '"
                + "import socket, sys; s = socket.create_server((\"127.0.0.1\", 4444)); "
                + "c = socket.create_connection((\"127.0.0.1\", 4444)); a = s.accept(); "
                + "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind((\"0.0.0.0\", 5555)); "
                + "print(\"ready\", flush=True); sys.stdin.read()'",
            "unshare",
            "--net"
        );
        try
        {
            Assert.Equal("ready", server.StandardOutput.ReadLine());
            using var sockets = new SocketEvents();
            var ours = sockets.Walk().Where(one => one.Pid == server.Id).ToArray();
            Assert.Single(ours, one => one is { Kind: SocketKind.Bound, Protocol: 6, Local.Port: 4444 });
            Assert.Single(ours, one => one is { Kind: SocketKind.Bound, Protocol: 17, Local.Port: 5555 });
            Assert.Single(ours, one => one is { Kind: SocketKind.Seen, Protocol: 6, Local.Port: 4444 });
            Assert.Single(ours, one => one is { Kind: SocketKind.Seen, Protocol: 6, Remote.Port: 4444 });
            var netns = Assert.Single(ours.Select(one => one.Netns).Distinct());
            Assert.NotEqual(OwnNamespace.Read(), netns);
        }
        finally
        {
            server.StandardInput.Close();
            server.WaitForExit(60_000);
        }
    }

    [SkippableFact]
    public void The_figures_are_those_that_ss_shows()
    {
        using var sockets = new SocketEvents();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var server = listener.AcceptTcpClient();
        var data = new byte[50_000];
        for (var i = 0; i < 20; i++)
        {
            client.GetStream().Write(data);
            server.GetStream().ReadExactly(data);
        }

        // The last ACK may come in between.
        var local = Plain(client.Client.LocalEndPoint);
        SeenSocket before;
        string shown;
        var seen = Walked();
        do
        {
            before = seen;
            shown = Output("ss", "-tinH", "src", $"127.0.0.1:{local.Port}");
            seen = Walked();
        } while (!Figures(before).Equals(Figures(seen)));

        var rtt = Value(shown, " rtt:").Split('/');
        AssertShown(rtt[0], seen.Event.SrttUs);
        AssertShown(rtt[1], seen.Event.RttvarUs);
        AssertShown(Value(shown, " minrtt:"), seen.Event.MinRttUs);
        var rate = ulong.Parse(
            Value(shown, " delivery_rate ").Replace("bps", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture
        );
        Assert.Equal(rate, seen.Event.DeliveryRate * 8);
        Assert.Equal(shown.Contains("retrans:", StringComparison.Ordinal), seen.Event.Retransmits > 0);

        SeenSocket Walked() =>
            Assert.Single(sockets.Walk(), one => one.Kind == SocketKind.Seen && one.Local.Equals(local));

        static object Figures(SeenSocket one) =>
            (
                one.Event.SrttUs,
                one.Event.RttvarUs,
                one.Event.MinRttUs,
                one.Event.DeliveryRate,
                one.Event.Retransmits
            );
    }

    [SkippableFact]
    public void A_udp_socket_is_told_once_however_much_it_sends()
    {
        using var sockets = new SocketEvents();
        Skip.If(sockets.Program.UdpMissing.Length > 0, sockets.Program.UdpMissing);
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var at = (IPEndPoint)server.LocalEndPoint!;
        int clientPort;
        using (var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            for (var i = 0; i < 10; i++)
            {
                client.SendTo([1], at);
            }

            clientPort = ((IPEndPoint)client.LocalEndPoint!).Port;
        }

        int connectedPort;
        using (var connected = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            connected.Connect(at);
            connected.Send([1]);
            connectedPort = ((IPEndPoint)connected.LocalEndPoint!).Port;
        }

        // In another namespace the port may be another's.
        var seen = sockets
            .TakeUntil(seen =>
                seen.Exists(one => one.Kind == SocketKind.Unbound && IsOurs(one, clientPort))
                && seen.Exists(one => one.Kind == SocketKind.Closed && IsOurs(one, connectedPort))
            )
            .Where(one => one.Protocol == 17 && one.Netns == OwnNamespace.Read())
            .ToArray();
        Assert.Equal([SocketKind.Bound], KindsAt(at.Port));
        Assert.Equal([SocketKind.Bound, SocketKind.Unbound], KindsAt(clientPort));
        Assert.Equal([SocketKind.Closed], KindsAt(connectedPort));
        Assert.Equal(at, seen.Single(one => one.Local.Port == connectedPort).Remote);
        Assert.All(
            seen.Where(one => one.Local.Port == at.Port || one.Local.Port == clientPort),
            one => Assert.Equal(Environment.ProcessId, one.Pid)
        );

        static bool IsOurs(SeenSocket one, int port) => one.Protocol == 17 && one.Local.Port == port;

        IEnumerable<SocketKind> KindsAt(int port) =>
            seen.Where(one => one.Local.Port == port).Select(one => one.Kind);
    }

    [SkippableTheory]
    [InlineData(32 * 1024 * 1024)]
    [InlineData(64 * 1024)]
    public void No_event_of_twenty_thousand_connections_is_lost_in_silence(int ringBytes)
    {
        const int Connections = 20_000;
        using var sockets = new SocketEvents(ringBytes);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(512);
        var server = (IPEndPoint)listener.LocalEndpoint;
        // Opened and closed, of client and server, and the listener.
        const ulong Expected = (4 * Connections) + 1;
        var isSmall = ringBytes < 1_000_000;
        var seen = 0ul;
        var lost = 0ul;
        var missed = 0ul;
        for (var i = 0; i < Connections; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(server);
            using var accepted = listener.AcceptSocket();
            // A RST leaves no port behind in TIME_WAIT.
            client.LingerState = new LingerOption(true, 0);
            if (!isSmall && i % 1000 == 0)
            {
                Complete();
            }
        }

        // The last RST may still wait for its softirq.
        SpinWait.SpinUntil(Complete, TimeSpan.FromSeconds(60));
        Assert.True(Complete(), $"{seen} seen, {lost} lost, {missed} missed");
        Assert.Equal(isSmall, lost > 0);

        bool Complete()
        {
            seen += (ulong)
                sockets.Take().Count(one => one.Local.Port == server.Port || one.Remote.Port == server.Port);
            lost = sockets.Program.ReadCounters().EventsLost;
            missed = sockets.Program.ReadMissed();
            return seen + lost + missed >= Expected;
        }
    }

    [SkippableFact]
    public void A_cgroups_number_leads_to_its_path()
    {
        using var sockets = new SocketEvents();
        var root = CgroupRoot.FindVersion2();
        Skip.If(root is null, "the cgroup v2 hierarchy is not mounted");
        var group = $"netmon-test-{Environment.ProcessId}/kubepods/pod40934a46-d409-4f4a-bb8b-1ec0b0436320";
        var path = Directory.CreateDirectory(Path.Combine(root, group)).FullName;
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var server = (IPEndPoint)listener.LocalEndpoint;
            using var client = Run(
                "sh",
                $"echo $$ > {path}/cgroup.procs && exec python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {server.Port}))'"
            );
            Assert.True(client.WaitForExit(60_000));
            var told = sockets.Take().First(one => one.Remote.Equals(server));
            using var directory = new CgroupDirectory(root);
            Assert.True(directory.TryFind(told.Cgroup, out var found));
            Assert.Equal("/" + group, found);
        }
        finally
        {
            Remove(path);
            Remove(Path.GetDirectoryName(path)!);
            Remove(Path.Combine(root, group.Split('/')[0]));
        }
    }

    /// <summary>A process that has ended may be in its cgroup for a moment longer.</summary>
    private static void Remove(string cgroup)
    {
        for (var start = Stopwatch.GetTimestamp(); ; Thread.Sleep(10))
        {
            try
            {
                Directory.Delete(cgroup);
                return;
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30)) { }
        }
    }

    private static (IPEndPoint Client, IPEndPoint Server) ConnectAndClose(IPAddress address)
    {
        using var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.IsIPv4MappedToIPv6)
        {
            listener.DualMode = true;
        }

        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(1);
        using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.IsIPv4MappedToIPv6)
        {
            client.DualMode = true;
        }

        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        var ends = (Plain(client.LocalEndPoint), Plain(listener.LocalEndPoint));
        client.Close();
        Assert.Equal(0, server.Receive(new byte[1]));
        server.Close();
        listener.Close();
        return ends;
    }

    private static IPEndPoint Plain(EndPoint? endpoint) =>
        endpoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
            ? new(mapped.Address.MapToIPv4(), mapped.Port)
            : (IPEndPoint)endpoint!;

    private static Process Run(string shell, string script, params string[] before)
    {
        string[] command = [.. before, shell, "-c", script];
        return Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
    }

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        return process.StandardOutput.ReadToEnd();
    }

    private static string Value(string text, string name) =>
        text[(text.IndexOf(name, StringComparison.Ordinal) + name.Length)..].Split([' ', '\n'])[0];

    /// <summary>ss shows milliseconds with six digits: of more than a second the last are missing.</summary>
    private static void AssertShown(string milliseconds, uint us)
    {
        var shown = Math.Round(double.Parse(milliseconds, CultureInfo.InvariantCulture) * 1000);
        var digits = us < 1_000_000 ? 0 : us / 100_000.0;
        Assert.InRange(us, shown - digits, shown + digits);
    }
}
