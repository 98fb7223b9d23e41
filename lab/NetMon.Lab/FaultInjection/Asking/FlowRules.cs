namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What a person reads out of the flows of a workload, as its own node's agent shows them.</summary>
internal static class FlowRules
{
    /// <summary>Longer than anything in this cluster takes by itself.</summary>
    private const long SlowUs = 100_000;

    private const long SlowAnswerUs = 200_000;
    private const long StalledUs = 500_000;
    private const long Retransmits = 3;

    /// <param name="flows">Those that the workload began, newest first.</param>
    /// <param name="subject">Whose flows they are.</param>
    public static IEnumerable<Finding> Of(IReadOnlyList<LedgerFlow> flows, Subject subject) =>
        Cause(flows)
            .Concat(flows.Where(flow => flow.Protocol == "tcp").Take(1).SelectMany(Health))
            .Concat(subject.IsOnHost ? Process(flows, subject) : []);

    private static IEnumerable<Finding> Process(IReadOnlyList<LedgerFlow> flows, Subject subject) =>
        flows
            .Where(flow => flow.Cause.Length > 0)
            .Take(1)
            .Select(flow => new Finding($"by {Subject.ProcessOf(flow.Json)} of {subject.Namespace}/client"));

    private static IEnumerable<Finding> Cause(IReadOnlyList<LedgerFlow> flows) =>
        flows
            .Where(flow => flow.Cause.Length > 0)
            .Take(1)
            .Select(flow => new Finding(
                $"cause {flow.Cause}",
                Count: flows.LongCount(each => each.Cause == flow.Cause)
            ));

    private static IEnumerable<Finding> Health(LedgerFlow flow)
    {
        var (connect, trip, answer) = (
            flow.Figure("syn_synack_us"),
            flow.RoundTrip("destination"),
            flow.Figure("first_byte_us")
        );
        if (flow.Count("syn_retries") == 0 && (connect > SlowUs || trip > SlowUs))
        {
            yield return new Finding("slow network", $"SYN to SYN/ACK {Ms(connect)}, round trip {Ms(trip)}");
        }

        if (answer - Math.Max(connect, trip) > SlowAnswerUs)
        {
            yield return new Finding(
                "slow server",
                $"first byte {Ms(answer)}, SYN to SYN/ACK {Ms(connect)}, round trip {Ms(trip)}"
            );
        }

        // A SYN that is sent again is a matter of the cause.
        var again = Both(flow, "retransmits") - flow.Count("syn_retries");
        if (again >= Retransmits)
        {
            yield return new Finding(
                "loss",
                $"{again} sent again, {Both(flow, "fast_retransmits")} fast, {Both(flow, "timeout_retransmits")} after a time-out",
                again
            );
        }

        foreach (var (end, way) in ((string, string)[])[("server", "received"), ("client", "sent")])
        {
            var stalled = flow.Count($"zero_window_us_{way}");
            if (stalled > StalledUs)
            {
                yield return new Finding($"zero window of the {end}", $"for {Ms(stalled)}");
            }
        }
    }

    private static long Both(LedgerFlow flow, string name) =>
        flow.Count($"{name}_sent") + flow.Count($"{name}_received");

    private static string Ms(long microseconds) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{microseconds / 1000.0:0.#} ms");
}
