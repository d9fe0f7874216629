using System.Globalization;
using Leakstat.Serve;
using Leakstat.Serve.Health;

#pragma warning disable RS0030 // The one place where the culture is set.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
#pragma warning restore RS0030
var journal = Journal.OfProcess();
(ServeArguments? arguments, string problem) = ServeArguments.Read(args);
if (arguments is null)
{
    journal.Write(problem);
    return 2;
}

return await new ServerCommand(journal).RunAsync(arguments).ConfigureAwait(false);
