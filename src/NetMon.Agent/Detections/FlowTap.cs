using NetMon.Core.Detections;
using NetMon.Core.Flows;

namespace NetMon.Agent.Detections;

/// <summary>Tells the detections of flows' steps: on the capture loop's thread, which it holds up for some tens of nanoseconds.</summary>
internal sealed class FlowTap(SightingQueue queue, Action wake)
{
    private bool _woken;
    private volatile bool _paused;
    private long _passed;

    /// <summary>Looks at nothing for now. Any thread.</summary>
    public bool Paused
    {
        get => _paused;
        set => _paused = value;
    }

    /// <summary>Steps that were not looked at meanwhile. Any thread.</summary>
    public long Passed => Volatile.Read(ref _passed);

    /// <param name="step">The flow after its step.</param>
    /// <param name="recordNs">When the step's record left the kernel, CLOCK_MONOTONIC.</param>
    /// <param name="slot">The flow's place in the table; -1 if it has none.</param>
    /// <param name="steps">Whether the flow is new, or over.</param>
    public void See(in FlowEvent step, ulong recordNs, int slot, SightingSteps steps)
    {
        if (_paused)
        {
            Volatile.Write(ref _passed, _passed + 1);
            return;
        }

        ref readonly var flow = ref step.Flow;
        if (flow.Class == FlowClass.Overlay || !queue.TryTake(out var place))
        {
            return;
        }

        ref var sighting = ref queue[place];
        FlowSighting.Read(in flow, out sighting);
        sighting.NowNs = recordNs;
        sighting.SentBytes = step.Delta.Sent.Bytes * flow.Weight;
        sighting.ReceivedBytes = step.Delta.Received.Bytes * flow.Weight;
        sighting.Slot = slot;
        sighting.Steps = steps;
        queue.Push();
        WakeIfNeeded();
    }

    // Otherwise the reader looks by itself, so that a record costs no system call.
    private void WakeIfNeeded()
    {
        if (!queue.IsHalfFull)
        {
            _woken = false;
        }
        else if (!_woken)
        {
            _woken = true;
            wake();
        }
    }
}
