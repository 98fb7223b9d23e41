namespace NetMon.Agent.Api;

/// <summary>Lets a few through at once; others wait for their turn. How many can be changed meanwhile: for those that come after.</summary>
internal sealed class Turns(int atOnce) : IDisposable
{
    private SemaphoreSlim _places = new(atOnce);
    private int _atOnce = atOnce;

    /// <summary>How many at once. Who has a turn keeps it, so that for a while both numbers are let through.</summary>
    public int AtOnce
    {
        get => _atOnce;
        set
        {
            if (value != _atOnce)
            {
                _atOnce = value;
                Volatile.Write(ref _places, new SemaphoreSlim(value));
            }
        }
    }

    /// <summary>Waits for a turn, which ends when it is disposed.</summary>
    public async ValueTask<Turn> TakeAsync(CancellationToken cancellation)
    {
        var places = Volatile.Read(ref _places);
        await places.WaitAsync(cancellation);
        return new Turn(places);
    }

    public void Dispose() => _places.Dispose();

    internal readonly struct Turn(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
