package io.forebay.kubernetes.fluid;

import picocli.CommandLine.Command;

/** What the pods of a {@code CacheRuntimeClass} run. */
@Command(
    name = "fluid",
    description = {
      "Runs Forebay inside Fluid, as a CacheRuntime.",
      "The commands are for the pods of a CacheRuntimeClass, where Fluid sets FLUID_RUNTIME_CONFIG_PATH and"
          + " other variables."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      WorkerCommand.class,
      ClientCommand.class,
      ReportCommand.class,
      DataLoadCommand.class
    })
public final class FluidCommand {}
