using System.Text.RegularExpressions;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Attaching;

/// <summary>What stays and what goes at a clsact qdisc, as tc(8) shows it.</summary>
public partial class ClsactTests
{
    [SkippableFact]
    public void Filters_are_ours_by_name_and_gone_with_the_qdisc_that_we_made()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            using var attacher = counted.Open(AttachMethod.Clsact);
            using (attacher.Attach(wire.Index, LinkLayer.Ethernet))
            {
                Assert.Matches(OurIngress(), wire.Filters(Hook.Ingress));
                Assert.Matches(OurEgress(), wire.Filters(Hook.Egress));
            }

            Assert.Equal("", wire.Filters(Hook.Ingress));
            Assert.False(wire.HasClsact);
        });
    }

    [SkippableFact]
    public void A_qdisc_that_was_there_stays()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            wire.Near.Exec("tc", "qdisc", "add", "dev", "nm0", "clsact");
            using var attacher = counted.Open(AttachMethod.Clsact);
            attacher.Attach(wire.Index, LinkLayer.Ethernet).Dispose();
            Assert.True(wire.HasClsact);
            Assert.Equal("", wire.Filters(Hook.Ingress));
        });
    }

    [SkippableFact]
    public void A_qdisc_that_we_made_stays_while_a_foreign_filter_is_at_it()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        using var foreign = new ForeignProgram();
        wire.Inside(() =>
        {
            using var attacher = counted.Open(AttachMethod.Clsact);
            using (attacher.Attach(wire.Index, LinkLayer.Ethernet))
            {
                foreign.AttachFilter(wire.Near, "nm0", Hook.Egress, priority: 1);
            }

            Assert.True(wire.HasClsact);
            Assert.Contains("nm-bpf-", wire.Filters(Hook.Egress), StringComparison.Ordinal);
            wire.Ping();
            Assert.True(foreign.Packets >= 10);
        });
    }

    [SkippableFact]
    public void The_last_of_several_agents_removes_the_qdisc_that_the_first_made()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            using var first = counted.Open(AttachMethod.Clsact);
            using var second = counted.Open(AttachMethod.Clsact);
            var made = first.Attach(wire.Index, LinkLayer.Ethernet);
            var joined = second.Attach(wire.Index, LinkLayer.Ethernet);
            Assert.Equal(0, second.CleanUp());

            made.Dispose();
            Assert.True(wire.HasClsact);
            Assert.Single(OurIngress().Matches(wire.Filters(Hook.Ingress)));

            joined.Dispose();
            Assert.False(wire.HasClsact);
        });
    }

    /// <summary>The kernel's list goes on after a read by the number of interfaces that it has passed.</summary>
    [SkippableFact]
    public void No_interface_with_a_qdisc_is_left_out_while_others_vanish()
    {
        const int Vanishing = 400;
        const int Staying = 300;
        using var ns = TestNamespace.Create();
        Batch("ip", Vanishing, i => $"link add old{i} type bridge");
        Batch("ip", Staying, i => $"link add nm{i} type bridge");
        Batch("tc", Vanishing, i => $"qdisc add dev old{i} clsact");
        Batch("tc", Staying, i => $"qdisc add dev nm{i} clsact");
        NetworkNamespace.Run(
            ns.Path,
            () =>
            {
                using var control = new TrafficControl();
                var staying = control.ListClsactInterfaces()[Vanishing..];
                Assert.Equal(Staying, staying.Count);
                var vanishing = Task.Run(() => Batch("ip", Vanishing, i => $"link del old{i}"));
                do
                {
                    Assert.Empty(staying.Except(control.ListClsactInterfaces()));
                } while (!vanishing.IsCompleted);

                vanishing.Wait();
                Assert.Equal(staying, control.ListClsactInterfaces());
                return 0;
            }
        );

        void Batch(string program, int count, Func<int, string> command) =>
            Shell.Run(
                program,
                ["-n", ns.Name, "-batch", "-"],
                string.Join('\n', Enumerable.Range(0, count).Select(command)) + "\n"
            );
    }

    [SkippableFact]
    public void A_first_priority_of_another_kind_is_left_to_it_and_said()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            wire.Near.Exec("tc", "qdisc", "add", "dev", "nm0", "clsact");
            foreach (var priority in new[] { "1", "2", "4" })
            {
                wire.Near.Exec([
                    .. $"tc filter add dev nm0 ingress protocol ip prio {priority} u32 match u32 0 0 classid 1:1".Split(
                        ' '
                    ),
                ]);
            }

            using var attacher = counted.Open(AttachMethod.Clsact);
            using var attachment = attacher.Attach(wire.Index, LinkLayer.Ethernet);
            Assert.False(attachment.First);
            Assert.Matches(@"pref 3 bpf .*netmon_l2_in", wire.Filters(Hook.Ingress));
            Assert.Matches(@"pref 1 bpf .*netmon_l2_out", wire.Filters(Hook.Egress));
        });
    }

    [SkippableFact]
    public void An_ingress_qdisc_in_the_place_is_an_error_and_stays()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            wire.Near.Exec("tc", "qdisc", "add", "dev", "nm0", "ingress");
            using var attacher = counted.Open(AttachMethod.Clsact);
            var error = Assert.Throws<BpfException>(() => attacher.Attach(wire.Index, LinkLayer.Ethernet));
            Assert.Contains("clsact", error.Message, StringComparison.Ordinal);
            Assert.Contains(
                "ingress",
                wire.Near.Exec("tc", "qdisc", "show", "dev", "nm0"),
                StringComparison.Ordinal
            );
            Assert.Equal("", wire.Filters(Hook.Ingress));
        });
    }

    [Theory]
    [InlineData("netmon_l2_in:0000002a", true, false)]
    [InlineData("netmon_l3_out:ffffffff+clsact", true, true)]
    [InlineData("netmon_l2_in", false, false)]
    [InlineData("netmon_l2_in:2a", false, false)]
    [InlineData("netmon_l2_in:0000002g", false, false)]
    [InlineData("cilium:0000002a", false, false)]
    [InlineData("", false, false)]
    [InlineData("+clsact", false, false)]
    public void Only_names_that_we_give_are_ours(string text, bool ours, bool withQdisc)
    {
        Assert.Equal(ours, FilterName.TryParse(text, out var name));
        Assert.Equal(withQdisc, name.WithQdisc);
        if (ours)
        {
            Assert.Equal(text, name.ToString());
        }
    }

    [GeneratedRegex(
        @"pref 1 bpf .*handle 0x[0-9a-f]+ netmon_l2_in:[0-9a-f]{8}\+clsact direct-action",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex OurIngress();

    [GeneratedRegex(
        @"pref 1 bpf .*handle 0x[0-9a-f]+ netmon_l2_out:[0-9a-f]{8}\+clsact direct-action",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex OurEgress();
}
