using NetMon.Agent.Options;

namespace NetMon.Agent.Settings;

/// <summary>The settings that hold now, and who takes them when they change.</summary>
/// <remarks>
/// <code>
///   file, signal, API --(1) all of it is checked--> (2) a new snapshot --> (3) each part takes its values from it
/// </code>
/// A snapshot is never changed once it is published, so a part that needs two values that belong together reads both from the one that it
/// is handed. What cannot change while the agent runs has the value that it started with in every snapshot. A part hands a value to its
/// own thread as it sees fit: by a volatile field that is read between records, mostly.
/// </remarks>
public sealed class LiveSettings(AgentOptions initial)
{
    private readonly Lock _changing = new();
    private readonly List<Action<AgentOptions>> _parts = [];
    private volatile AgentOptions _current = initial;

    /// <summary>The latest snapshot. Not to be changed. From any thread.</summary>
    public AgentOptions Current => _current;

    /// <summary>Hands the settings to a part: at once, and again after each change; one call at a time, on whatever thread a change comes from.</summary>
    /// <param name="take">Takes the values that can change. It must not throw, nor wait for anything.</param>
    public void Subscribe(Action<AgentOptions> take)
    {
        lock (_changing)
        {
            _parts.Add(take);
            take(_current);
        }
    }

    /// <summary>Makes other settings hold. Returns when every part has taken them.</summary>
    public void Publish(AgentOptions next)
    {
        lock (_changing)
        {
            _current = next;
            foreach (var take in _parts)
            {
                take(next);
            }
        }
    }
}
