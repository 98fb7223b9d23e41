using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Watching;

namespace NetMon.Kubernetes.Tests.Reading;

public sealed class ResourceReaderTests
{
    [Fact]
    public void A_node()
    {
        var node = Read(
            WatchedResources.Nodes,
            """
            {"metadata":{"name":"n1","uid":"u","labels":{"topology.kubernetes.io/zone":"z1"}},
             "spec":{"podCIDR":"10.1.0.0/24","podCIDRs":["10.1.0.0/24","fd00:1::/64","nonsense"]},
             "status":{"addresses":[{"type":"InternalIP","address":"192.0.2.1"},{"type":"ExternalIP","address":"2001:db8::1"},{"type":"Hostname","address":"192.0.2.99"}],"images":[{"names":["x"]}]}}
            """
        );
        Assert.Equal(new ObjectName("", "n1", "u"), node.Id);
        Assert.Equal("192.0.2.1 2001:db8::1", string.Join(' ', node.Addresses));
        Assert.Equal("10.1.0.0/24 fd00:1::/64", string.Join(' ', node.PodCidrs));
        Assert.Equal([new("topology.kubernetes.io/zone", "z1")], node.Labels);
    }

    [Fact]
    public void The_zone_of_a_node_is_kept_however_many_labels_it_has()
    {
        var labels = string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"feature.node/{i}\":\"true\""));
        var node = Read(
            WatchedResources.Nodes,
            $$$"""{"metadata":{"name":"n","uid":"u","labels":{ {{{labels}}},"topology.kubernetes.io/zone":"z"} } }"""
        );
        Assert.Equal(65, node.Labels.Count);
        Assert.Contains(new("topology.kubernetes.io/zone", "z"), node.Labels);
    }

    [Fact]
    public void A_service_with_everything()
    {
        var service = Read(
            WatchedResources.Services,
            """
            {"metadata":{"name":"s","namespace":"n","uid":"u"},
             "spec":{"type":"LoadBalancer","clusterIP":"10.96.0.5","clusterIPs":["10.96.0.5","fd00:96::5"],"externalIPs":["198.51.100.7","010.1.1.1"],
              "ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":"web","nodePort":30080},{"port":53,"protocol":"UDP"},{"name":"d","port":9,"protocol":"DCCP"},{"name":"s","port":9,"protocol":"SCTP"}]},
             "status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.9","ipMode":"VIP"},{"hostname":"lb.example"}]}}}
            """
        );
        Assert.Equal("LoadBalancer", service.Type);
        Assert.Equal("10.96.0.5 fd00:96::5", string.Join(' ', service.ClusterIps));
        Assert.Equal("198.51.100.7 10.1.1.1", string.Join(' ', service.ExternalIps));
        Assert.Equal("203.0.113.9", string.Join(' ', service.LoadBalancerIps));
        Assert.Equal([new("http", 6, 80, 30080), new("", 17, 53, 0), new("s", 132, 9, 0)], service.Ports);
    }

    [Fact]
    public void A_headless_service_has_no_address()
    {
        var service = Read(
            WatchedResources.Services,
            """{"metadata":{"name":"s","namespace":"n","uid":"u"},"spec":{"clusterIP":"None","clusterIPs":["None"]}}"""
        );
        Assert.Equal("ClusterIP", service.Type);
        Assert.Empty(service.ClusterIps);
        Assert.Empty(service.Ports);
    }

    [Fact]
    public void A_slice()
    {
        var slice = Read(
            WatchedResources.EndpointSlices,
            """
            {"metadata":{"name":"s-1","namespace":"n","uid":"u","labels":{"kubernetes.io/service-name":"s","other":"x"}},"addressType":"IPv4",
             "endpoints":[{"addresses":["10.1.0.7"],"conditions":{"ready":true,"serving":true,"terminating":false},"targetRef":{"kind":"Pod","namespace":"n","name":"p","uid":"pu"},"nodeName":"n1","zone":"z"},
                          {"addresses":["10.1.0.8"],"conditions":{"ready":false,"serving":true,"terminating":true}},
                          {"addresses":["10.1.0.9"],"conditions":{}},{"addresses":[]}],
             "ports":[{"name":"http","port":8080,"protocol":"TCP"},{"name":"","port":null}]}
            """
        );
        Assert.Equal("s", slice.Service);
        Assert.Equal([new SlicePortObject("http", 6, 8080), new SlicePortObject("", 6, 0)], slice.Ports);
        Assert.Equal(
            "10.1.0.7 True True False pu n1; 10.1.0.8 False True True  ; 10.1.0.9 True True False  ",
            string.Join(
                "; ",
                slice.Endpoints.Select(e =>
                    $"{e.Addresses[0]} {e.Ready} {e.Serving} {e.Terminating} {e.TargetUid} {e.Node}"
                )
            )
        );
    }

    [Fact]
    public void A_slice_of_names_has_no_endpoints()
    {
        var slice = Read(
            WatchedResources.EndpointSlices,
            """{"metadata":{"name":"s","namespace":"n","uid":"u"},"addressType":"FQDN","endpoints":[{"addresses":["example.com"]}]}"""
        );
        Assert.Null(slice.Service);
        Assert.Empty(slice.Endpoints);
    }

    [Fact]
    public void Owners_and_namespaces_by_their_metadata()
    {
        var set = Read(
            WatchedResources.ReplicaSets,
            """{"kind":"PartialObjectMetadata","metadata":{"name":"web-1","namespace":"n","uid":"u","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"d","controller":true}]}}"""
        );
        Assert.Equal(
            new OwnerObject(new("n", "web-1", "u"), "ReplicaSet", new("apps/v1", "Deployment", "web", "d")),
            set
        );
        var job = Read(
            WatchedResources.Jobs,
            """{"metadata":{"name":"j","namespace":"n","uid":"u"},"spec":{"template":{"metadata":{"name":"x"}}}}"""
        );
        Assert.Equal(new OwnerObject(new("n", "j", "u"), "Job", null), job);
        Assert.Equal(
            new NamespaceObject(new("", "n", "u")),
            Read(WatchedResources.Namespaces, """{"metadata":{"name":"n","uid":"u"}}""")
        );
    }

    [Fact]
    public void Only_the_metadata_of_owners_and_namespaces_is_asked_for()
    {
        const string List =
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
        Assert.Equal(List, WatchedResources.ReplicaSets.ListAccept);
        Assert.Equal(List, WatchedResources.Jobs.ListAccept);
        Assert.Equal(List, WatchedResources.Namespaces.ListAccept);
        Assert.Equal("application/json", WatchedResources.Pods.ListAccept);
    }

    private static T Read<T>(WatchedResource<T> resource, string json)
        where T : class
    {
        var result = ListText.Read(resource, json);
        Assert.Null(result.Error);
        return result.Item!;
    }
}
