using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>
/// What <c>netmon drops --follow</c> tells of one agent, summed up. Of what the kernel drops elsewhere only this lab's namespaces are
/// heard: another lab on the machine has the same addresses.
/// </summary>
internal sealed class DropLedger
{
    private readonly Dictionary<(string Namespace, string Reason), long> _packets = [];
    private readonly HashSet<long> _machines;
    private readonly Lock _lock = new();
    private Exception? _failure;

    /// <param name="machines">Inode numbers of the lab's network namespaces.</param>
    public DropLedger(AgentProcess agent, HashSet<long> machines)
    {
        _machines = machines;
        try
        {
            var lines = agent.ReadLines("/api/v1/drops?follow=true");
            new Thread(() => Read(lines)) { IsBackground = true, Name = "drop ledger" }.Start();
        }
        catch (HttpRequestException)
        {
            // It tells of no drops; the table shows that.
        }
    }

    /// <summary>Packets with an end in a namespace, by reason.</summary>
    /// <exception cref="LabException">Something that was told could not be read.</exception>
    public IReadOnlyDictionary<string, long> Of(string space)
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new LabException($"the drop stream: {failure.Message}", failure);
        }

        lock (_lock)
        {
            return _packets
                .Where(each => each.Key.Namespace == space)
                .ToDictionary(each => each.Key.Reason, each => each.Value, StringComparer.Ordinal);
        }
    }

    private void Read(IEnumerable<string> lines)
    {
        try
        {
            foreach (var line in lines)
            {
                using var json = JsonDocument.Parse(line);
                Take(json.RootElement);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // For who asks: an exception of this thread would be the end of the process.
            Volatile.Write(ref _failure, e);
        }
    }

    private void Take(JsonElement json)
    {
        // A line without a reason tells of lines that were lost. Where it was is not always known.
        if (
            !json.TryGetProperty("reason", out var reason)
            || (json.TryGetProperty("netns", out var machine) && !_machines.Contains(machine.GetInt64()))
        )
        {
            return;
        }

        var spaces = ((string[])["source", "destination"])
            .Select(end =>
                json.GetProperty(end).TryGetProperty("namespace", out var space) ? space.GetString()! : ""
            )
            .Distinct(StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (var space in spaces)
            {
                var key = (space, reason.GetString()!);
                _packets[key] = _packets.GetValueOrDefault(key) + json.GetProperty("packets").GetInt64();
            }
        }
    }
}
