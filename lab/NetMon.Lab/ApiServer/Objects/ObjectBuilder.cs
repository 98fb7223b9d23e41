using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Objects;

/// <summary>Builds objects as controllers and kubelets write them.</summary>
public static class ObjectBuilder
{
    public static JsonObject Namespace(string name)
    {
        var item = Named("v1", "Namespace", "", name, Labels(("kubernetes.io/metadata.name", name)));
        item["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        item["status"] = new JsonObject { ["phase"] = "Active" };
        return item;
    }

    /// <param name="addresses">InternalIP, the first the node's own.</param>
    /// <param name="podCidrs">None: the cluster publishes none.</param>
    public static JsonObject Node(
        string name,
        IReadOnlyList<string> addresses,
        IReadOnlyList<string> podCidrs,
        string zone = ""
    )
    {
        var labels = Labels(
            ("beta.kubernetes.io/arch", "amd64"),
            ("kubernetes.io/arch", "amd64"),
            ("kubernetes.io/hostname", name),
            ("kubernetes.io/os", "linux")
        );
        if (zone.Length > 0)
        {
            labels["topology.kubernetes.io/region"] = zone.TrimEnd('a', 'b', 'c', 'd');
            labels["topology.kubernetes.io/zone"] = zone;
        }

        var item = Named("v1", "Node", "", name, labels);
        var spec = new JsonObject();
        if (podCidrs.Count > 0)
        {
            spec["podCIDR"] = podCidrs[0];
            spec["podCIDRs"] = Texts(podCidrs);
        }

        item["spec"] = spec;
        item["status"] = new JsonObject
        {
            ["addresses"] = new JsonArray([
                .. addresses.Select(address => Address("InternalIP", address)),
                Address("Hostname", name),
            ]),
            ["capacity"] = new JsonObject
            {
                ["cpu"] = "4",
                ["memory"] = "16384000Ki",
                ["pods"] = "110",
            },
            ["conditions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["reason"] = "KubeletReady",
                }
            ),
            ["nodeInfo"] = new JsonObject
            {
                ["kubeletVersion"] = "v1.32.4",
                ["operatingSystem"] = "linux",
                ["architecture"] = "amd64",
                ["containerRuntimeVersion"] = "containerd://2.0.4",
            },
        };
        return item;
    }

    /// <summary>A pod: running and ready if it has a node and addresses, else pending. About 2.4 kB as the API serves it.</summary>
    public static JsonObject Pod(PodDescription pod)
    {
        var now = pod.Created ?? DateTimeOffset.UtcNow;
        var labels = Labels([.. pod.Labels.Select(label => (label.Key, label.Value))]);
        var item = Named("v1", "Pod", pod.Namespace, pod.Name, labels);
        var metadata = item["metadata"]!.AsObject();
        metadata["uid"] = pod.Uid ?? Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = PodLife.Time(now);
        if (pod.Owner is { } owner)
        {
            metadata["ownerReferences"] = new JsonArray(Reference(owner));
        }

        item["spec"] = PodSpec(pod);
        item["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = "BestEffort" };
        if (pod.Node is { } node)
        {
            PodLife.Schedule(item, node, now);
            if (pod.Addresses.Count > 0)
            {
                PodLife.Run(item, pod.HostIp, pod.Addresses, now);
            }
        }

        return item;
    }

    public static JsonObject Service(ServiceDescription service)
    {
        var item = Named("v1", "Service", service.Namespace, service.Name);
        var spec = new JsonObject { ["type"] = service.Type };
        if (service.Type != "ExternalName")
        {
            spec["clusterIP"] = service.ClusterIps.Count > 0 ? service.ClusterIps[0] : "None";
            spec["clusterIPs"] = Texts(service.ClusterIps.Count > 0 ? service.ClusterIps : ["None"]);
        }

        if (service.ExternalIps.Count > 0)
        {
            spec["externalIPs"] = Texts(service.ExternalIps);
        }

        spec["ports"] = new JsonArray([.. service.Ports.Select(ServicePort)]);
        if (service.Selector.Count > 0)
        {
            spec["selector"] = Labels([.. service.Selector.Select(label => (label.Key, label.Value))]);
        }

        spec["sessionAffinity"] = "None";
        item["spec"] = spec;
        var balancer = new JsonObject();
        if (service.LoadBalancerIps.Count > 0)
        {
            balancer["ingress"] = new JsonArray([
                .. service.LoadBalancerIps.Select(ip => new JsonObject { ["ip"] = ip }),
            ]);
        }

        item["status"] = new JsonObject { ["loadBalancer"] = balancer };
        return item;
    }

    /// <param name="name">Of the slice; a service may have several.</param>
    /// <param name="addressType">IPv4, IPv6.</param>
    /// <param name="ports">With the target as the port; none: all ports.</param>
    public static JsonObject EndpointSlice(
        string space,
        string name,
        string service,
        string addressType,
        IEnumerable<ServicePortDescription> ports,
        IEnumerable<EndpointDescription> endpoints
    )
    {
        var labels = Labels(
            ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io"),
            ("kubernetes.io/service-name", service)
        );
        var item = Named("discovery.k8s.io/v1", "EndpointSlice", space, name, labels);
        item["addressType"] = addressType;
        item["endpoints"] = new JsonArray([.. endpoints.Select(Endpoint)]);
        item["ports"] = new JsonArray([
            .. ports.Select(port => new JsonObject
            {
                ["name"] = port.Name,
                ["port"] = port.Target,
                ["protocol"] = port.Protocol,
            }),
        ]);
        return item;
    }

    /// <summary>A controller: Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob.</summary>
    /// <param name="owner">What controls it in turn.</param>
    public static JsonObject Controller(
        string kind,
        string space,
        string name,
        Owner? owner = null,
        string? uid = null
    )
    {
        var labels = Labels(("app.kubernetes.io/name", name));
        var item = Named(kind is "Job" or "CronJob" ? "batch/v1" : "apps/v1", kind, space, name, labels);
        var metadata = item["metadata"]!.AsObject();
        metadata["uid"] = uid ?? Guid.NewGuid().ToString();
        if (owner is not null)
        {
            metadata["ownerReferences"] = new JsonArray(Reference(owner));
        }

        item["spec"] = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = Labels(("app.kubernetes.io/name", name)) },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = Labels(("app.kubernetes.io/name", name)) },
                ["spec"] = PodSpec(new PodDescription { Name = name }),
            },
        };
        item["status"] = new JsonObject { ["observedGeneration"] = 1 };
        return item;
    }

    /// <summary>The reference to a built object, for what it owns.</summary>
    public static Owner OwnedBy(JsonObject item) =>
        new(
            item.Text("apiVersion"),
            item.Text("kind"),
            item.Text("metadata", "name"),
            item.Text("metadata", "uid")
        );

    private static JsonObject PodSpec(PodDescription pod)
    {
        var container = new JsonObject
        {
            ["name"] = "app",
            ["image"] = pod.Image,
            ["imagePullPolicy"] = "IfNotPresent",
            ["ports"] = new JsonArray([
                .. pod.Ports.Select(port => new JsonObject
                {
                    ["containerPort"] = port,
                    ["protocol"] = "TCP",
                }),
            ]),
            ["resources"] = new JsonObject(),
            ["terminationMessagePath"] = "/dev/termination-log",
            ["terminationMessagePolicy"] = "File",
            ["volumeMounts"] = new JsonArray(
                new JsonObject
                {
                    ["mountPath"] = "/var/run/secrets/kubernetes.io/serviceaccount",
                    ["name"] = "kube-api-access",
                    ["readOnly"] = true,
                }
            ),
        };
        var spec = new JsonObject
        {
            ["containers"] = new JsonArray(container),
            ["dnsPolicy"] = "ClusterFirst",
            ["enableServiceLinks"] = true,
            ["preemptionPolicy"] = "PreemptLowerPriority",
            ["priority"] = 0,
            ["restartPolicy"] = "Always",
            ["schedulerName"] = "default-scheduler",
            ["securityContext"] = new JsonObject(),
            ["serviceAccount"] = "default",
            ["serviceAccountName"] = "default",
            ["terminationGracePeriodSeconds"] = 30,
        };
        if (pod.HostNetwork)
        {
            spec["hostNetwork"] = true;
        }

        return spec;
    }

    private static JsonObject ServicePort(ServicePortDescription port)
    {
        var item = new JsonObject
        {
            ["name"] = port.Name,
            ["port"] = port.Port,
            ["protocol"] = port.Protocol,
            ["targetPort"] = port.Target,
        };
        if (port.NodePort > 0)
        {
            item["nodePort"] = port.NodePort;
        }

        return item;
    }

    private static JsonObject Endpoint(EndpointDescription endpoint)
    {
        var item = new JsonObject
        {
            ["addresses"] = new JsonArray(endpoint.Address),
            ["conditions"] = new JsonObject
            {
                ["ready"] = endpoint.Ready,
                ["serving"] = endpoint.Ready,
                ["terminating"] = endpoint.Terminating,
            },
        };
        if (endpoint.Node is { } node)
        {
            item["nodeName"] = node;
        }

        if (endpoint.Pod is var (space, name, uid))
        {
            item["targetRef"] = new JsonObject
            {
                ["kind"] = "Pod",
                ["name"] = name,
                ["namespace"] = space,
                ["uid"] = uid,
            };
        }

        return item;
    }

    private static JsonObject Reference(Owner owner) =>
        new()
        {
            ["apiVersion"] = owner.ApiVersion,
            ["blockOwnerDeletion"] = true,
            ["controller"] = true,
            ["kind"] = owner.Kind,
            ["name"] = owner.Name,
            ["uid"] = owner.Uid,
        };

    private static JsonObject Address(string type, string address) =>
        new() { ["address"] = address, ["type"] = type };

    private static JsonObject Named(
        string apiVersion,
        string kind,
        string space,
        string name,
        JsonObject? labels = null
    )
    {
        var metadata = new JsonObject { ["name"] = name };
        if (space.Length > 0)
        {
            metadata["namespace"] = space;
        }

        if (labels is { Count: > 0 })
        {
            metadata["labels"] = labels;
        }

        return new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = metadata,
        };
    }

    private static JsonObject Labels(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var item = new JsonObject();
        foreach (var (name, value) in labels)
        {
            item[name] = value;
        }

        return item;
    }

    private static JsonArray Texts(IEnumerable<string> texts) =>
        new([.. texts.Select(text => JsonValue.Create(text))]);
}
