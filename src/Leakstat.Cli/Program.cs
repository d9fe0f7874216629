using Leakstat.Cli;
using Leakstat.Cli.Hosting;

return CommandLine.Run(args, Terminal.OfProcess());
