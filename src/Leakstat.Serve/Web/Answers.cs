using System.Text.Json.Serialization.Metadata;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Serve.Health;

namespace Leakstat.Serve.Web;

/// <summary>How requests are answered, the same in every place.</summary>
internal static class Answers
{
    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>Answers with a document.</summary>
    public static Task Json<T>(HttpContext context, T document, JsonTypeInfo<T> serializer, int status = 200) =>
        Bytes(context, Serialized(document, serializer), JsonType, status);

    /// <summary>A document as it is sent.</summary>
    public static byte[] Serialized<T>(T document, JsonTypeInfo<T> serializer)
    {
        using var body = new MemoryStream();
        JsonForm.Write(document, serializer, body);
        return body.ToArray();
    }

    /// <summary>Answers with bytes.</summary>
    public static async Task Bytes(HttpContext context, ReadOnlyMemory<byte> body, string type, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Answers with JSON that is there already.</summary>
    public static Task Json(HttpContext context, byte[] document) => Bytes(context, document, JsonType);

    /// <summary>Says that something is not there.</summary>
    public static Task NotFound(HttpContext context, string text) =>
        Error(context, StatusCodes.Status404NotFound, text);

    /// <summary>Says what is wrong with a request.</summary>
    public static Task Error(HttpContext context, int status, string text) =>
        Json(context, new ErrorDocument(PrintableText.Of(text)), ServeJson.Context.ErrorDocument, status);

    /// <summary>Refuses a request: counted, told in the journal, and answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The code.</param>
    /// <param name="reason">Why, in one word for metrics.</param>
    /// <param name="text">Why, for whoever sent it.</param>
    public static Task Refuse(HttpContext context, int status, string reason, string text)
    {
        context.RequestServices.GetRequiredService<ServerHealth>().Refuse(reason);
        context.RequestServices.GetRequiredService<Journal>().WriteRarely(
            $"refused {reason}",
            $"{context.Connection.RemoteIpAddress}: {context.Request.Method} {context.Request.Path}: {status}, {text}");
        return Error(context, status, text);
    }
}
