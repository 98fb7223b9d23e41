using NetMon.Agent.Ledger;
using NetMon.Bpf.Records;
using NetMon.Core.Detections;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>Flows that come from an earlier process, and those whose end never comes.</summary>
internal sealed partial class FlowPipeline
{
    /// <summary>What keeps the figures beyond the process; null: nothing. Set before the first record.</summary>
    public FlowLedger? Ledger { get; set; }

    /// <summary>Takes a record that an earlier process had taken, too.</summary>
    public void Resume(in FlowRecord record, ulong nowNs)
    {
        try
        {
            Apply(in record, nowNs);
        }
#pragma warning disable CA1031 // One record's fault must not stop the others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(FlowPackets.Of(in record), error);
        }

        Ledger?.Commit();
    }

    /// <summary>Learns from a flow of an earlier process what it learned.</summary>
    public void Recall(in Flow flow)
    {
        _step.Recall(in flow);
        if (flow.ConnectUs != 0)
        {
            Learn(in flow);
        }
    }

    /// <summary>Ends a flow of which the kernel has not told for too long.</summary>
    /// <param name="slot">Any slot below the table's limit; nothing happens if it has no flow.</param>
    /// <param name="before">The flow ends if its latest record left the kernel before this time, nanoseconds of CLOCK_MONOTONIC.</param>
    public void EndIfSilent(int slot, ulong before)
    {
        var role = _table.RoleOf(slot);
        if (role is FlowRole.None or FlowRole.Waiting || _table[slot].RecordNs >= before)
        {
            return;
        }

        Ledger?.Orphan(in _table[slot]);
        if (role == FlowRole.Counted)
        {
            ref var entry = ref _table[slot];
            _step.End(in entry.Flow);
            Decide(entry.NoEndpoints);
            Ledger?.Commit();
            _step.CountNews(_metrics, ref entry.Series);
            _metrics.Ended(in _step.Event.Flow, ref entry.Series);
            _failures.Add(in _step.Event.Flow);
            Publish();
            Show(slot, entry.RecordNs, SightingSteps.Ended);
        }

        Ledger?.Commit();
        _metrics.Orphaned();
        _table.Remove(slot);
    }

    private void Learn(in Flow flow)
    {
        _rules.Learn(in flow.Destination, flow.Protocol);
        if (!flow.Attribution.Asked.IsUnspecified)
        {
            _rules.Learn(new(flow.Attribution.Asked, flow.Attribution.AskedPort, 0), flow.Protocol);
        }
    }
}
