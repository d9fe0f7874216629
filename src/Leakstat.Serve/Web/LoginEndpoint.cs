using Leakstat.Serve.Pages;
using Microsoft.AspNetCore.Http.Features;

namespace Leakstat.Serve.Web;

/// <summary><c>/login</c> and <c>/logout</c>: a browser gives the token once, and carries a cookie since.</summary>
internal sealed class LoginEndpoint(Access access, Sessions sessions)
{
    private const int MostForm = 16 << 10;
    private const string Html = "text/html; charset=utf-8";

    /// <summary><c>GET /login</c>; with <c>?token=</c>, the link that the server prints when it starts.</summary>
    public async Task Show(HttpContext context)
    {
        string token = context.Request.Query["token"].ToString();
        string next = Next(context.Request.Query["next"].ToString());
        if (token.Length > 0)
        {
            if (await access.LogIn(context, token).ConfigureAwait(false))
            {
                context.Response.Redirect(next);
                return;
            }

            if (context.Response.HasStarted)
            {
                return;
            }
        }

        await Answers.Bytes(
            context,
            LoginPage.Write(next, token.Length > 0),
            Html,
            token.Length > 0 ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    /// <summary><c>POST /login</c>.</summary>
    public async Task Take(HttpContext context)
    {
        if (Access.IsForeign(context))
        {
            await Answers.Refuse(
                context, StatusCodes.Status403Forbidden, "cross_site", "another site may not log in here")
                .ConfigureAwait(false);
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
        {
            bound.MaxRequestBodySize = MostForm;
        }

        if (!context.Request.HasFormContentType)
        {
            await Answers.Error(context, StatusCodes.Status415UnsupportedMediaType, "a form is expected")
                .ConfigureAwait(false);
            return;
        }

        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string next = Next(form["next"].ToString());
        if (await access.LogIn(context, form["token"].ToString().Trim()).ConfigureAwait(false))
        {
            context.Response.Redirect(next);
        }
        else if (!context.Response.HasStarted)
        {
            await Answers.Bytes(context, LoginPage.Write(next, isWrong: true), Html, StatusCodes.Status401Unauthorized)
                .ConfigureAwait(false);
        }
    }

    /// <summary><c>GET /logout</c>.</summary>
    public Task Leave(HttpContext context)
    {
        sessions.End(context);
        context.Response.Redirect("/login");
        return Task.CompletedTask;
    }

    /// <summary>A path of this server and of no other: what begins with two slashes names another.</summary>
    private static string Next(string next) =>
        next.StartsWith('/') && !next.StartsWith("//", StringComparison.Ordinal)
        && !next.Contains('\\', StringComparison.Ordinal) && !next.Any(char.IsControl)
            ? next
            : "/";
}
