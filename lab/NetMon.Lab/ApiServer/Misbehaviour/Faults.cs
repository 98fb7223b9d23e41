namespace NetMon.Lab.ApiServer.Misbehaviour;

/// <summary>What can be made to go wrong while the server runs. All of it can be called at any time, from any thread.</summary>
public sealed class Faults
{
    private readonly Lock _lock = new();
    private readonly List<(AnswerRule Rule, int Left)> _answers = [];
    private readonly List<OpenWatch> _watches = [];
    private TaskCompletionSource? _frozen;
    private volatile int _bytesPerSecond;
    private volatile ContinueTokens _continueTokens;
    private volatile bool _bookmarksOff;

    internal Faults() { }

    public ContinueTokens ContinueTokens
    {
        get => _continueTokens;
        set => _continueTokens = value;
    }

    /// <summary>Bookmarks are sent when they are due; the one that ends the initial events always is.</summary>
    public bool Bookmarks
    {
        get => !_bookmarksOff;
        set => _bookmarksOff = !value;
    }

    /// <summary>How fast a response flows, in bytes a second; 0: as fast as it can.</summary>
    public int BytesPerSecond
    {
        get => _bytesPerSecond;
        set => _bytesPerSecond = value;
    }

    public bool IsFrozen
    {
        get
        {
            lock (_lock)
            {
                return _frozen is not null;
            }
        }
    }

    /// <summary>How many watches are open.</summary>
    public int OpenWatches
    {
        get
        {
            lock (_lock)
            {
                return _watches.Count;
            }
        }
    }

    /// <summary>Storage stops to answer: watches are open and silent, what needs storage hangs. Lists of version 0 are still answered.</summary>
    public void Freeze()
    {
        lock (_lock)
        {
            _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Thaw()
    {
        lock (_lock)
        {
            _frozen?.TrySetResult();
            _frozen = null;
        }
    }

    /// <summary>Answers so from now on; the rule that was made last goes first. Running watches stay.</summary>
    public void Answer(AnswerRule rule)
    {
        lock (_lock)
        {
            _answers.Insert(0, (rule, rule.Times));
        }
    }

    /// <summary>Forgets the rules; thaws; everything is as it was at the start.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _answers.Clear();
        }

        Thaw();
        ContinueTokens = ContinueTokens.Valid;
        Bookmarks = true;
        BytesPerSecond = 0;
    }

    /// <summary>Ends the running watches of a resource.</summary>
    /// <param name="resource">Plural; <c>*</c> for all.</param>
    /// <returns>How many.</returns>
    public int EndWatches(WatchEnd how, string resource = "*")
    {
        lock (_lock)
        {
            var ended = _watches.FindAll(watch => resource == "*" || resource == watch.Resource);
            ended.ForEach(watch => watch.End.TrySetResult(how));
            return ended.Count;
        }
    }

    /// <summary>Completes when storage answers.</summary>
    internal Task Thawed()
    {
        lock (_lock)
        {
            return _frozen?.Task ?? Task.CompletedTask;
        }
    }

    internal AnswerRule? Take(string resource, string verb)
    {
        lock (_lock)
        {
            var index = _answers.FindIndex(answer => answer.Rule.Concerns(resource, verb));
            if (index < 0)
            {
                return null;
            }

            var (rule, left) = _answers[index];
            if (left == 1)
            {
                _answers.RemoveAt(index);
            }
            else if (left < int.MaxValue)
            {
                _answers[index] = (rule, left - 1);
            }

            return rule;
        }
    }

    internal OpenWatch Open(string resource)
    {
        var watch = new OpenWatch(resource);
        lock (_lock)
        {
            _watches.Add(watch);
        }

        return watch;
    }

    internal void Closed(OpenWatch watch)
    {
        lock (_lock)
        {
            _watches.Remove(watch);
        }
    }
}

/// <summary>A watch that runs.</summary>
internal sealed class OpenWatch(string resource)
{
    public string Resource { get; } = resource;

    /// <summary>Completes when it shall end.</summary>
    public TaskCompletionSource<WatchEnd> End { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
