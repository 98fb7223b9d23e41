using System.Diagnostics;
using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Metrics;

/// <summary>What the kernel programs count, read when it is asked for.</summary>
internal sealed class KernelMetrics
{
    /// <summary>One exposition asks for many families; they share what was read within this time.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(50);

    private const string FlowMap = "flows";
    private const string InterfaceMap = "interfaces";

    private static readonly (OverflowClass Class, string Protocol)[] OverflowClasses =
    [
        (OverflowClass.Tcp, "tcp"),
        (OverflowClass.Udp, "udp"),
        (OverflowClass.Icmp, "icmp"),
        (OverflowClass.Other, "other"),
    ];

    private readonly FlowProgram _program;
    private readonly Func<long> _shadowPackets;
    private readonly Lock _gate = new();
    private readonly OverflowBucket[] _overflow = new OverflowBucket[OverflowBucket.Count];
    private KernelCounters _counters;
    private long _readAt;

    /// <param name="program">What is asked.</param>
    /// <param name="registry">Gets the families.</param>
    /// <param name="maxFlows">The flow map's room.</param>
    /// <param name="shadowPackets">Packets that were counted under another tuple: the agent's share of those uncounted.</param>
    public KernelMetrics(FlowProgram program, MetricRegistry registry, int maxFlows, Func<long> shadowPackets)
    {
        _shadowPackets = shadowPackets;
        _program = program;
        registry.Observe(Instruments.EventsDropped, WriteDropped);
        registry.Observe(Instruments.MapEntries, WriteMapEntries);
        registry.Observe(
            Instruments.MapCapacity,
            (ref MetricSamples samples) =>
            {
                samples.Add((long)maxFlows, FlowMap);
                samples.Add((long)program.MaxInterfaces, InterfaceMap);
            }
        );
        registry.Observe(Instruments.PacketsUncounted, WriteUncounted);
        registry.Observe(Instruments.SkippedBytes, () => (long)Read().SkippedBytes);
        registry.Observe(Instruments.OverflowPackets, WriteOverflowPackets);
        registry.Observe(Instruments.OverflowBytes, WriteOverflowBytes);
        registry.Observe(Instruments.FragmentsUnmatched, () => (long)Read().FragmentsUnmatched);
        registry.Observe(Instruments.FlowsCreated, () => (long)Read().FlowsCreated);
        registry.Observe(Instruments.FlowsRemoved, () => (long)Read().FlowsRemoved);
        registry.Observe(Instruments.Records, WriteRecords);
        registry.Observe(Instruments.RecordsDeferred, () => (long)Read().RecordsLate);
        registry.Observe(Instruments.ObserverChanges, WriteObserverChanges);
        registry.Observe(Instruments.MapMemory, ReadMapMemory);
        registry.Observe(Instruments.UnsampledPackets, () => (long)Read().UnsampledPackets);
        registry.Observe(Instruments.UnsampledBytes, () => (long)Read().UnsampledBytes);
        registry.Observe(Instruments.SampledPackets, () => (long)Read().SampledPackets);
        registry.Observe(Instruments.SampledBytes, () => (long)Read().SampledBytes);
        registry.Observe(Instruments.SamplingEstimatedPackets, () => (long)Read().EstimatedPackets);
        registry.Observe(Instruments.SamplingEstimatedBytes, () => (long)Read().EstimatedBytes);
    }

    private KernelCounters Read()
    {
        lock (_gate)
        {
            Refresh();
            return _counters;
        }
    }

    private OverflowBucket[] ReadOverflow()
    {
        lock (_gate)
        {
            Refresh();
            return [.. _overflow];
        }
    }

    private long ReadMapMemory()
    {
        lock (_gate)
        {
            return _program.FlowMapMemoryBytes;
        }
    }

    private void Refresh()
    {
        if (_readAt == 0 || Stopwatch.GetElapsedTime(_readAt) > Fresh)
        {
            _counters = _program.ReadCounters();
            _program.ReadOverflow(_overflow);
            _readAt = Stopwatch.GetTimestamp();
        }
    }

    private void WriteDropped(ref MetricSamples samples)
    {
        var counters = Read();
        samples.Add((long)counters.FlowMapFull, MetricReasons.MapFull);
        samples.Add((long)counters.FlowMapFailed, MetricReasons.MapFailed);
        samples.Add((long)counters.FlowDeleteFailed, MetricReasons.DeleteFailed);
        samples.Add((long)counters.FlowRaces, MetricReasons.Race);
        samples.Add((long)counters.FragmentMapFailed, MetricReasons.FragmentMapFailed);
        samples.Add(_program.Ring.BadRecords, MetricReasons.BadRecord);
    }

    private void WriteMapEntries(ref MetricSamples samples)
    {
        // Each CPU counts by itself, and they are read one after the other.
        var counters = Read();
        samples.Add(Math.Max(0, (long)(counters.FlowsCreated - counters.FlowsRemoved)), FlowMap);
        samples.Add((long)_program.InterfaceCount, InterfaceMap);
    }

    private void WriteUncounted(ref MetricSamples samples)
    {
        var counters = Read();
        samples.Add((long)counters.Malformed, MetricReasons.Malformed);
        samples.Add((long)counters.Arp, MetricReasons.Arp);
        samples.Add((long)counters.NonIp, MetricReasons.NonIp);
        samples.Add((long)counters.SkippedPackets, MetricReasons.Skipped);
        samples.Add(_shadowPackets(), MetricReasons.Translated);
    }

    private void WriteRecords(ref MetricSamples samples)
    {
        var counters = Read();
        samples.Add((long)counters.Records, "ring");
        samples.Add((long)counters.SweepRecords, "sweep");
    }

    private void WriteObserverChanges(ref MetricSamples samples)
    {
        var counters = Read();
        samples.Add((long)counters.Handovers, MetricReasons.Handover);
        samples.Add((long)counters.Takeovers, MetricReasons.Takeover);
    }

    private void WriteOverflowPackets(ref MetricSamples samples) =>
        WriteOverflow(ref samples, bucket => bucket.Packets);

    private void WriteOverflowBytes(ref MetricSamples samples) =>
        WriteOverflow(ref samples, bucket => bucket.Bytes);

    private void WriteOverflow(ref MetricSamples samples, Func<OverflowBucket, ulong> value)
    {
        var buckets = ReadOverflow();
        foreach (var (overflowClass, protocol) in OverflowClasses)
        {
            var ingress = value(buckets[OverflowBucket.IndexOf(overflowClass, Hook.Ingress)]);
            var egress = value(buckets[OverflowBucket.IndexOf(overflowClass, Hook.Egress)]);
            samples.Add((long)ingress, protocol, FlowDirection.Ingress.Word());
            samples.Add((long)egress, protocol, FlowDirection.Egress.Word());
        }
    }
}
