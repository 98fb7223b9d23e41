using System.Buffers;
using NetMon.Lab.ApiServer.Requests;
using NetMon.Lab.ApiServer.Resources;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Writes objects in the form that was asked for.</summary>
internal static class ObjectText
{
    /// <summary>As it stands alone: with kind and apiVersion.</summary>
    public static void WriteAlone(
        IBufferWriter<byte> output,
        ResourceType type,
        StoredObject item,
        Representation form
    )
    {
        if (form == Representation.Metadata)
        {
            WriteMetadata(output, item);
            return;
        }

        output.Write(type.TypeMembers);
        output.Write(item.Json.AsSpan(1));
    }

    /// <summary>As an item of a list: without them, but for metadata alone, which has them even there.</summary>
    public static void WriteItem(IBufferWriter<byte> output, StoredObject item, Representation form)
    {
        if (form == Representation.Metadata)
        {
            WriteMetadata(output, item);
            return;
        }

        output.Write(item.Json);
    }

    private static void WriteMetadata(IBufferWriter<byte> output, StoredObject item)
    {
        output.Write("""{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":"""u8);
        output.Write(item.MetadataJson);
        output.Write("}"u8);
    }
}
