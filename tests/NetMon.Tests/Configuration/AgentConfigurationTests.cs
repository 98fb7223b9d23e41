using System.Net;
using NetMon.Agent.Options;
using NetMon.Configuration;
using NetMon.Core.Metrics;

namespace NetMon.Tests.Configuration;

public class AgentConfigurationTests
{
    [Fact]
    public void Without_file_and_flags_the_defaults_hold()
    {
        var options = Accepted(null);

        Assert.Equivalent(new AgentOptions(), options, strict: true);
    }

    [Fact]
    public void A_file_changes_what_it_names_and_nothing_else()
    {
        var options = Accepted(
            """
            flow:
              interval: 250ms
            resources:
              maps: {event_buffer_size: 64KiB}
            capture:
              exclude: [docker0, "*.100"]
              attach: clsact
            """
        );

        Assert.Equal(TimeSpan.FromMilliseconds(250), options.Flow.Interval);
        Assert.Equal(65536, options.Resources.Maps.EventBufferBytes);
        Assert.Equal(["docker0", "*.100"], options.Capture.Exclude);
        Assert.Equal(AttachMode.Clsact, options.Capture.Attach);
        Assert.Equal(262_144, options.Flow.MaxFlows);
        Assert.Empty(options.Capture.Interfaces);
    }

    [Fact]
    public void Flags_are_stronger_than_the_file_and_a_list_replaces_the_files_list()
    {
        var options = Accepted(
            "capture:\n  interfaces: [a, b, c]\nflow:\n  interval: 1s\n  max_age: 2m\n",
            Flag("flow.interval", "2s"),
            Flag("capture.interfaces", "eth0")
        );

        Assert.Equal(TimeSpan.FromSeconds(2), options.Flow.Interval);
        Assert.Equal(TimeSpan.FromMinutes(2), options.Flow.MaxAge);
        Assert.Equal(["eth0"], options.Capture.Interfaces);
    }

    [Fact]
    public void A_single_value_is_a_list_of_one()
    {
        Assert.Equal(["eth0"], Accepted("capture:\n  interfaces: eth0\n").Capture.Interfaces);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("flow:\n  # interval: 5s\n")]
    public void A_file_that_sets_nothing_is_fine(string text)
    {
        Assert.Equivalent(new AgentOptions(), Accepted(text), strict: true);
    }

    [Fact]
    public void Every_error_is_reported_with_its_place_and_key_in_the_order_in_which_it_was_written()
    {
        var errors = Errors(
            """
            flow:
              interval: 50ms
              timeouts: {tcp_idel: 3s}
              tcp_idle: 3s
              max_flows: [1, 2]
              overlay_ports: [1, 70000]
            capture:
              attach: xdp
            listen: 1.2.3.4:5
            api: here
            flow: {}
            """,
            Flag("flow.interval", "3"),
            Flag("api.listen", "::1")
        );

        Assert.Equal(
            [
                "FILE:2:13: flow.interval: 50ms is out of range: from 100ms to 10m",
                "FILE:3:24: flow.timeouts.tcp_idel: unknown setting; did you mean flow.timeouts.tcp_idle?",
                "FILE:4:13: flow.tcp_idle: moved: it is flow.timeouts.tcp_idle now",
                "FILE:5:14: flow.max_flows: takes one value, not a list",
                "FILE:6:22: flow.overlay_ports: 70000 is out of range: from 1 to 65535",
                "FILE:8:11: capture.attach: 'xdp' is none of auto, tcx, clsact",
                "FILE:9:9: listen: unknown setting; did you mean api.listen?",
                "FILE:10:6: api: is a section; its settings go beneath it, indented",
                "FILE:11:1: flow: given twice; first in line 1",
                "--interval: flow.interval: '3' is not a duration such as 500ms, 5s or 2m (units: ms, s, m, h)",
                "--listen: api.listen: '::1' is not an address and a port, such as 127.0.0.1:9990 or [::1]:9990",
            ],
            errors
        );
    }

    [Fact]
    public void Labels_are_set_for_all_families_and_for_single_ones()
    {
        var options = Accepted(
            """
            export:
              prometheus:
                labels: [workload, same_zone]
                family_labels:
                  netmon_bytes_total: pod
                  netmon_latency_seconds: [dst_service, dst_namespace]
                external_names: [192.0.2.0/24=office]
                stale_after: 10m
            """,
            Flag("export.prometheus.family_labels.netmon_flows_total", "protocol")
        );

        Assert.Equal(["workload", "same_zone"], options.Metrics.Labels);
        Assert.Equal(["pod"], options.Metrics.FamilyLabels.Bytes);
        Assert.Equal(["dst_service", "dst_namespace"], options.Metrics.FamilyLabels.Latency);
        Assert.Equal(["protocol"], options.Metrics.FamilyLabels.Flows);
        Assert.Empty(options.Metrics.FamilyLabels.Packets);
        Assert.Equal("office", Assert.Single(options.Metrics.ExternalNames).Name);
        Assert.Equal(TimeSpan.FromMinutes(10), options.Metrics.StaleAfter);
    }

    [Fact]
    public void Errors_about_labels_and_networks_name_key_and_value()
    {
        Assert.Equal(
            [
                "FILE:3:24: export.prometheus.labels: 'src_pot' is neither a label nor a preset; did you mean src_pod?",
                "FILE:5:26: export.prometheus.family_labels.netmon_byte_total: unknown setting; did you mean export.prometheus.family_labels.netmon_bytes_total?",
                "FILE:6:22: export.prometheus.external_names: '10.0.0.0/99' is not a network such as 192.0.2.0/24 or 2001:db8::/32",
                "FILE:7:18: export.prometheus.stale_after: 1m is out of range: from 2m to 24h",
                "FILE:8:16: export.prometheus.addresses: unknown setting; did you mean export.prometheus.address?",
            ],
            Errors(
                """
                export:
                  prometheus:
                    labels: [workload, src_pot]
                    family_labels:
                      netmon_byte_total: pod
                    external_names: [10.0.0.0/99=home]
                    stale_after: 1m
                    addresses: false
                """
            )
        );
    }

    [Fact]
    public void A_setting_that_has_another_name_now_is_refused_with_that_name()
    {
        Assert.Equal(
            [
                "FILE:2:14: flow.ring_size: moved: it is resources.maps.event_buffer_size now",
                "FILE:3:13: flow.udp_idle: moved: it is flow.timeouts.udp_idle now",
                "FILE:5:15: metrics.max_series: moved: it is export.prometheus.max_series now",
                "FILE:7:25: metrics.family_labels.netmon_bytes_total: moved: it is export.prometheus.family_labels.netmon_bytes_total now",
                "FILE:9:21: features.latency_tracking: moved: it is features.latency_tracking.enabled now",
            ],
            Errors(
                """
                flow:
                  ring_size: 1MiB
                  udp_idle: 1m
                metrics:
                  max_series: 9
                  family_labels:
                    netmon_bytes_total: pod
                features:
                  latency_tracking: true
                """
            )
        );
    }

    [Fact]
    public void The_general_time_out_is_that_of_each_protocol_whose_own_is_not_set()
    {
        var flow = Accepted("flow:\n  timeouts: {udp_idle: 7s}\n", Flag("flow.flow_timeout", "2m")).Flow;

        Assert.Equal(TimeSpan.FromMinutes(2), flow.TcpIdle);
        Assert.Equal(TimeSpan.FromSeconds(7), flow.UdpIdle);
        Assert.Equal(TimeSpan.FromMinutes(2), flow.IcmpIdle);
        Assert.Equal(TimeSpan.FromMinutes(2), flow.OtherIdle);
        Assert.Equal(new FlowOptions().TcpHandshake, flow.TcpHandshake);
        Assert.Equal(new FlowOptions().TcpClosed, flow.TcpClosed);
    }

    [Fact]
    public void The_kernels_map_has_as_many_entries_as_flows_are_held_if_nothing_else_is_said()
    {
        Assert.Equal(5000, Accepted("flow: {max_flows: 5000}").FlowMapSize);
        Assert.Equal(
            77,
            Accepted("flow: {max_flows: 5000}\nresources: {maps: {flow_map_size: 77}}").FlowMapSize
        );
    }

    [Fact]
    public void Bounds_of_buckets_may_be_microseconds_and_stand_in_any_order()
    {
        var latency = Accepted(
            "features: {latency_tracking: {histogram_buckets: [1s, 50us, 2ms500us, 1s]}}"
        ).Features.LatencyTracking;

        Assert.Equal([0.00005, 0.0025, 1], latency.BucketBounds);
        Assert.Equal(Instruments.LatencyBounds.ToArray(), new LatencyOptions().BucketBounds);
    }

    [Fact]
    public void A_syntax_error_is_reported_beside_the_errors_before_it()
    {
        var errors = Errors("flow:\n  interval: soon\n  udp_idle: [\n");

        Assert.Equal(2, errors.Count);
        Assert.StartsWith("FILE:2:13: flow.interval: 'soon'", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("FILE:4:1: ", errors[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("capture:\n  interfaces:\n  - *\n", "FILE:3:5: text that begins with * needs quotes")]
    [InlineData(
        "capture:\n  interfaces: [eth0, *veth]\n",
        "FILE:2:22: capture.interfaces: *veth is an alias, which is not supported; text that begins with * needs quotes"
    )]
    [InlineData(
        "capture:\n  interfaces:\n  - {a: b}\n",
        "FILE:3:5: capture.interfaces: an item of a list is plain text"
    )]
    [InlineData("- flow\n", "FILE:1:1: settings are nested as in `flow:`, and beneath it `interval: 5s`")]
    [InlineData("flow\n", "FILE:1:1: settings are nested as in `flow:`, and beneath it `interval: 5s`")]
    [InlineData(
        "log: {level: info}\n---\nlog: {level: info}\n",
        "FILE:2:1: a second document; settings are in one"
    )]
    [InlineData("? [a]\n: b\n", "FILE:1:3: the name of a setting is plain text")]
    [InlineData(
        "a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}",
        "FILE:1:32: a.a.a.a.a.a.a.a: nested too deep"
    )]
    [InlineData(
        "flow:\n  interval:\n",
        "FILE:2:12: flow.interval: '' is not a duration such as 500ms, 5s or 2m (units: ms, s, m, h)"
    )]
    public void YAML_that_means_no_settings_is_refused_with_a_reason(string text, string expected)
    {
        Assert.Equal([expected], Errors(text));
    }

    [Fact]
    public void A_file_in_another_encoding_is_refused()
    {
        using var file = new TemporaryFile("");
        File.WriteAllBytes(file.Path, [.. "kubernetes:\n  node_name: caf"u8, 0xe9, (byte)'\n']);

        Assert.Equal([$"{file.Path}: this is no text in UTF-8"], ErrorsOf(file.Path));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error_by_its_name()
    {
        Assert.Equal(["/nowhere/netmon.yaml: no such file"], ErrorsOf("/nowhere/netmon.yaml"));
        Assert.Equal(["/dev/zero: larger than 1 MiB; this is no settings file"], ErrorsOf("/dev/zero"));
        Assert.StartsWith(
            "/tmp: is a directory, not a file",
            Assert.Single(ErrorsOf("/tmp")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void No_text_breaks_the_reader()
    {
        var example =
            "capture:\n  interfaces: ['a*', &x b]\nflow: {interval: 5s, ? [1] : 2}\napi: |\n  text\nlog: !!str info\n";
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var text = example.ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                text[random.Next(text.Length)] = "\n\t :-[]{}&*?|>'\"%@#,!ax0\0\u00e9"[random.Next(26)];
            }

            var errors = new List<ConfigurationError>();
            YamlSettings.Read(
                new string(text),
                "x",
                value => Assert.StartsWith("x:", value.Place, StringComparison.Ordinal),
                errors
            );
        }
    }

    private static GivenValue Flag(string key, params string[] texts)
    {
        var setting = SettingTable.All.Single(setting => setting.Key == key);
        return new(
            key,
            setting.Flag,
            [.. texts.Select(text => new GivenText(text, setting.Flag))],
            setting.IsList
        );
    }

    private static AgentOptions Accepted(string? text, params GivenValue[] flags)
    {
        using var file = new TemporaryFile(text ?? "");
        var errors = new List<ConfigurationError>();
        var options = AgentConfiguration.Load(text is null ? null : file.Path, flags, errors);
        Assert.Empty(errors);
        return options!;
    }

    private static List<string> Errors(string text, params GivenValue[] flags)
    {
        using var file = new TemporaryFile(text);
        return [.. ErrorsOf(file.Path, flags).Select(error => error.Replace(file.Path, "FILE"))];
    }

    private static List<string> ErrorsOf(string path, params GivenValue[] flags)
    {
        var errors = new List<ConfigurationError>();
        Assert.Null(AgentConfiguration.Load(path, flags, errors));
        return [.. errors.Select(error => error.ToString())];
    }
}
