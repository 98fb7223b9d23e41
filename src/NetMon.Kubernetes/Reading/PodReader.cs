using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Reading;

/// <summary>Pods (v1), of k8s.io/api/core/v1 types.go.</summary>
internal static class PodReader
{
    private const int LongestWord = 64;

    public static FieldTree Fields { get; } =
        FieldTree.Of(
            "metadata name",
            "metadata namespace",
            "metadata uid",
            "metadata labels",
            "metadata ownerReferences apiVersion",
            "metadata ownerReferences kind",
            "metadata ownerReferences name",
            "metadata ownerReferences uid",
            "metadata ownerReferences controller",
            "metadata creationTimestamp",
            "metadata deletionTimestamp",
            "metadata annotations kubernetes.io/config.hash",
            "spec nodeName",
            "spec hostNetwork",
            "status phase",
            "status podIP",
            "status podIPs ip",
            "status startTime",
            "status conditions type",
            "status conditions status",
            "status conditions lastTransitionTime",
            "status containerStatuses state terminated finishedAt",
            "status initContainerStatuses state terminated finishedAt"
        );

    public static PodObject? Read(ref FieldReader fields, ReaderContext context)
    {
        var metadata = default(ObjectMetadata);
        var status = new Status();
        string? node = null;
        var hostNetwork = false;
        if (!fields.BeginObject())
        {
            return null;
        }

        while (fields.NextMember())
        {
            if (fields.Is("metadata"u8))
            {
                metadata.Read(ref fields, context);
            }
            else if (fields.Is("spec"u8))
            {
                ReadSpec(ref fields, context, ref node, ref hostNetwork);
            }
            else if (fields.Is("status"u8))
            {
                status.Read(ref fields, context);
            }
            else
            {
                fields.Skip();
            }
        }

        var id = metadata.Id(ref fields);
        return new PodObject
        {
            Id = id,
            Labels = metadata.Labels ?? [],
            Owner = metadata.Owner,
            Node = node,
            HostNetwork = hostNetwork,
            ManifestHash = metadata.ManifestHash,
            Addresses = status.AddressesRead(context),
            Phase = status.Phase ?? "",
            Created = metadata.Created,
            Started = status.Started,
            NetworkReady = status.NetworkReady,
            Deletion = metadata.Deletion,
            Finished = status.FinishedAt(metadata.Deletion is not null),
        };
    }

    private static void ReadSpec(
        ref FieldReader fields,
        ReaderContext context,
        ref string? node,
        ref bool hostNetwork
    )
    {
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("nodeName"u8))
            {
                node = fields.Name(context.Strings) is { Length: > 0 } name ? name : null;
            }
            else if (fields.Is("hostNetwork"u8))
            {
                hostNetwork = fields.Truth() ?? false;
            }
            else
            {
                fields.Skip();
            }
        }
    }

    private struct Status()
    {
        public string? Phase;
        public DateTimeOffset? Started;
        public DateTimeOffset? NetworkReady;
        private string? _address;
        private List<NetworkAddress>? _addresses;
        private DateTimeOffset? _finished;
        private int _containers;
        private int _terminated;

        public void Read(ref FieldReader fields, ReaderContext context)
        {
            if (!fields.BeginObject())
            {
                return;
            }

            while (fields.NextMember())
            {
                if (fields.Is("phase"u8))
                {
                    Phase = fields.Text(LongestWord, context.Strings);
                }
                else if (fields.Is("podIP"u8))
                {
                    _address = fields.Text(ObjectMetadata.LongestName);
                }
                else if (fields.Is("podIPs"u8))
                {
                    ReadAddresses(ref fields, context);
                }
                else if (fields.Is("startTime"u8))
                {
                    Started = fields.Time();
                }
                else if (fields.Is("conditions"u8))
                {
                    ReadConditions(ref fields, context);
                }
                else if (fields.Is("containerStatuses"u8))
                {
                    (_containers, _terminated) = ReadContainers(ref fields);
                }
                else if (fields.Is("initContainerStatuses"u8))
                {
                    ReadContainers(ref fields);
                }
                else
                {
                    fields.Skip();
                }
            }
        }

        public readonly NetworkAddress[] AddressesRead(ReaderContext context)
        {
            if (_addresses is { Count: > 0 })
            {
                return _addresses.ToArray();
            }

            if (string.IsNullOrEmpty(_address))
            {
                return [];
            }

            var one = new List<NetworkAddress>(1);
            AddressReader.Add(_address, context, one);
            return one.ToArray();
        }

        // A container of a pod that is being deleted, or has come to its end, is not started again.
        public readonly DateTimeOffset? FinishedAt(bool isDeleted) =>
            _containers > 0 && _terminated == _containers && (isDeleted || Phase is "Succeeded" or "Failed")
                ? _finished
                : null;

        private void ReadAddresses(ref FieldReader fields, ReaderContext context)
        {
            _addresses = new List<NetworkAddress>(2);
            if (!fields.BeginArray())
            {
                return;
            }

            while (fields.NextItem())
            {
                if (!fields.BeginObject())
                {
                    continue;
                }

                while (fields.NextMember())
                {
                    if (fields.Is("ip"u8))
                    {
                        AddressReader.Add(ref fields, context, _addresses);
                    }
                    else
                    {
                        fields.Skip();
                    }
                }
            }
        }

        private void ReadConditions(ref FieldReader fields, ReaderContext context)
        {
            if (!fields.BeginArray())
            {
                return;
            }

            while (fields.NextItem())
            {
                ReadCondition(ref fields, context);
            }
        }

        private void ReadCondition(ref FieldReader fields, ReaderContext context)
        {
            string? type = null;
            string? value = null;
            DateTimeOffset? since = null;
            if (!fields.BeginObject())
            {
                return;
            }

            while (fields.NextMember())
            {
                if (fields.Is("type"u8))
                {
                    // A condition's type may be anybody's, and long.
                    type = fields.Text(LongestConditionType, context.Strings);
                }
                else if (fields.Is("status"u8))
                {
                    value = fields.Text(LongestWord, context.Strings);
                }
                else if (fields.Is("lastTransitionTime"u8))
                {
                    since = fields.Time();
                }
                else
                {
                    fields.Skip();
                }
            }

            if (type == "PodReadyToStartContainers" && value == "True")
            {
                NetworkReady = since;
            }
        }

        private const int LongestConditionType = 512;

        private (int All, int Terminated) ReadContainers(ref FieldReader fields)
        {
            var (all, terminated) = (0, 0);
            if (!fields.BeginArray())
            {
                return (all, terminated);
            }

            while (fields.NextItem())
            {
                all++;
                if (ReadFinished(ref fields) is not { } finished)
                {
                    continue;
                }

                terminated++;
                _finished = _finished is null || finished > _finished ? finished : _finished;
            }

            return (all, terminated);
        }

        // {"state":{"terminated":{"finishedAt":"..."}}}, of which the filter lets nothing else through.
        private static DateTimeOffset? ReadFinished(ref FieldReader fields)
        {
            DateTimeOffset? finished = null;
            if (!fields.BeginObject())
            {
                return null;
            }

            while (fields.NextMember())
            {
                if (fields.Is("finishedAt"u8))
                {
                    finished = fields.Time();
                }
                else if (fields.Is("state"u8) || fields.Is("terminated"u8))
                {
                    finished = ReadFinished(ref fields) ?? finished;
                }
                else
                {
                    fields.Skip();
                }
            }

            return finished;
        }
    }
}
