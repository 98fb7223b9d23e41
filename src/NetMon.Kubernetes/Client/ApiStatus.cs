using NetMon.Kubernetes.Reading;

namespace NetMon.Kubernetes.Client;

/// <summary>What the API server says of a failure: meta/v1 Status. Any part may be absent.</summary>
internal struct ApiStatus
{
    private const int LongestMessage = 4096;

    /// <summary>HTTP status code; 0 if it is not told.</summary>
    public int Code;

    /// <summary>As <c>Expired</c>, <c>Forbidden</c>.</summary>
    public string? Reason;
    public string? Message;

    /// <summary>Reads the body of an answer, as far as it is a Status at all.</summary>
    public static ApiStatus Read(ReadOnlySpan<byte> json)
    {
        var status = default(ApiStatus);
        try
        {
            var fields = new FieldReader(json);
            if (fields.BeginObject())
            {
                while (fields.NextMember())
                {
                    if (!status.TryReadMember(ref fields))
                    {
                        fields.Skip();
                    }
                }
            }
        }
        catch (Exception e) when (FieldReader.IsUnreadable(e))
        {
            // A proxy's page, or one that was cut: the code of the answer has to do.
        }

        return status;
    }

    /// <summary>Reads the member that the reader is at. False if it is none of ours.</summary>
    public bool TryReadMember(ref FieldReader fields)
    {
        if (fields.Is("code"u8))
        {
            Code = fields.Number(999) ?? 0;
        }
        else if (fields.Is("reason"u8))
        {
            Reason = fields.Text(LongestMessage);
        }
        else if (fields.Is("message"u8))
        {
            Message = fields.Text(LongestMessage);
        }
        else
        {
            return false;
        }

        return true;
    }
}
