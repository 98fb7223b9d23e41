using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Metrics.Tables;

/// <summary>Finds the row of given labels: a hash table with chains, compared by what the label set chose. The writer's.</summary>
internal sealed class RowIndex(LabelSet labels)
{
    private SeriesRow?[] _buckets = new SeriesRow[64];
    private int _count;

    public SeriesRow? Find(in FlowLabels key, int hash)
    {
        for (var row = Bucket(hash); row is not null; row = row.Next)
        {
            if (row.Hash == hash && labels.Same(row.Key, in key))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>Adds a row that is not there.</summary>
    public void Add(SeriesRow row)
    {
        if (_count == _buckets.Length)
        {
            Grow();
        }

        ref var bucket = ref Bucket(row.Hash);
        row.Next = bucket;
        bucket = row;
        _count++;
    }

    /// <summary>Removes a row that is there.</summary>
    public void Remove(SeriesRow row)
    {
        ref var bucket = ref Bucket(row.Hash);
        if (ReferenceEquals(bucket, row))
        {
            bucket = row.Next;
        }
        else
        {
            var before = bucket!;
            while (!ReferenceEquals(before.Next, row))
            {
                before = before.Next!;
            }

            before.Next = row.Next;
        }

        row.Next = null;
        _count--;
    }

    private ref SeriesRow? Bucket(int hash) => ref _buckets[hash & (_buckets.Length - 1)];

    private void Grow()
    {
        var old = _buckets;
        _buckets = new SeriesRow[old.Length * 2];
        foreach (var first in old)
        {
            for (var row = first; row is not null; )
            {
                var next = row.Next;
                ref var bucket = ref Bucket(row.Hash);
                row.Next = bucket;
                bucket = row;
                row = next;
            }
        }
    }
}
