using System.Security.Cryptography.X509Certificates;
using Leakstat.Serve.Pages;
using Leakstat.Serve.Settings;
using Leakstat.Store.Errors;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Leakstat.Serve.Web;

/// <summary>The web server: what it listens on, its bounds, and which address is answered by what.</summary>
internal static class ServeApp
{
    private static readonly TimeSpan s_head = TimeSpan.FromSeconds(10);

    /// <summary>Builds it; it listens once it is started.</summary>
    /// <param name="parts">What it is made of.</param>
    /// <param name="certificate">Certificate with key, and those between it and its root; null for plain HTTP.</param>
    public static WebApplication Build(
        ServeParts parts, (X509Certificate2 Own, X509Certificate2Collection Chain)? certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

        // Settings come from one file alone, never from what lies in a folder or the environment.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(parts.Health);
        builder.Services.AddSingleton(parts.Journal);
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Bound(kestrel, parts.Settings.Limits);
            kestrel.Listen(parts.Settings.Listen, listen =>
            {
                if (certificate is { } given)
                {
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = given.Own;
                        https.ServerCertificateChain = given.Chain;
                    });
                }
            });
        });
        WebApplication app = builder.Build();
        app.Use((context, next) => Guard(context, next, parts));
        Map(app, parts);
        return app;
    }

    private static void Bound(KestrelServerOptions kestrel, LimitSettings limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        kestrel.Limits.MaxRequestBodySize = limits.Body;
        kestrel.Limits.KeepAliveTimeout = limits.Idle;
        kestrel.Limits.RequestHeadersTimeout = s_head;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.MaxRequestHeaderCount = 60;
        kestrel.Limits.MaxRequestLineSize = 8 << 10;
    }

    /// <summary>What holds for every answer, and what becomes of a fault.</summary>
    private static async Task Guard(HttpContext context, RequestDelegate next, ServeParts parts)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PageFrame.Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";

        // Not "no-referrer": with that a form of our own would not say that it is ours.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, ContentLength: null, StatusCode: 404 or 405 })
            {
                await Answers.Error(context, context.Response.StatusCode, "there is nothing at this address for that")
                    .ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked went away.
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Answers.Refuse(context, e.StatusCode, $"status_{e.StatusCode}", "the request is malformed")
                .ConfigureAwait(false);
        }
        catch (StoreException e) when (!context.Response.HasStarted)
        {
            parts.Journal.WriteRarely("store", e.Message);
            await Answers.Error(context, StatusCodes.Status503ServiceUnavailable, "the store cannot be read now")
                .ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The last resort: told in the journal, without its inside for whoever asked.
        catch (Exception e) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            parts.Journal.WriteRarely(
                "request", $"internal error at {context.Request.Path}: {e.GetType().Name}: {e.Message}");
            await Answers.Error(context, StatusCodes.Status500InternalServerError, "internal error; see the journal")
                .ConfigureAwait(false);
        }
    }

    private static void Map(WebApplication app, ServeParts parts)
    {
        var login = new LoginEndpoint(parts.Access, parts.Sessions);
        app.MapGet("/healthz", (RequestDelegate)(c => Answers.Bytes(c, "ok\n"u8.ToArray(), "text/plain")));
        app.MapGet("/assets/{name}", (RequestDelegate)PageEndpoints.Asset);
        app.MapGet("/login", (RequestDelegate)login.Show);
        app.MapPost("/login", (RequestDelegate)login.Take);
        app.MapGet("/logout", (RequestDelegate)login.Leave);
        app.MapPost("/v1/captures", (RequestDelegate)parts.Push.Push);

        Read("/", parts.Pages.Fleet);
        Read("/hosts/{host}", parts.Pages.Host);
        Read("/causes/{kind}/{name}", parts.Pages.Cause);
        Read("/search", parts.Pages.Search);
        Read("/events", c => parts.Events.Stream(c, app.Lifetime.ApplicationStopping));
        Read("/metrics", c => Answers.Bytes(
            c, parts.Metrics.Write(), "text/plain; version=0.0.4; charset=utf-8"));
        Read("/openapi.json", c => Answers.Bytes(
            c, System.Text.Encoding.UTF8.GetBytes(ServerAssets.Text("openapi.json")), "application/json"));
        Read("/v1/fleet", parts.Api.Fleet);
        Read("/v1/hosts", parts.Api.Hosts);
        Read("/v1/hosts/{host}", parts.Api.Host);
        Read("/v1/hosts/{host}/captures", parts.Api.Deliveries);
        Read("/v1/hosts/{host}/series", parts.Api.SeriesList);
        Read("/v1/hosts/{host}/series/{name}", parts.Api.Series);
        Read("/v1/captures/{id}", parts.Api.Download);

        void Read(string pattern, RequestDelegate answer) => app.MapMethods(pattern, ["GET", "HEAD"], async context =>
        {
            if (await parts.Access.IsReader(context).ConfigureAwait(false))
            {
                await answer(context).ConfigureAwait(false);
            }
        });
    }
}
