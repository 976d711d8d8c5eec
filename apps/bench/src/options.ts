const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'))

/** `--quick`: fewer rounds and smaller rooms, for use while optimising. Its figures are not those of the goals. */
export const isQuick: boolean = flags.includes('--quick')
/** `--profile=folder`: each server writes a CPU profile into the folder when it ends. */
export const profileFolder: string | undefined = flags
  .find((flag) => flag.startsWith('--profile='))
  ?.slice('--profile='.length)
/** The benchmarks that were named. */
export const named: readonly string[] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

const unknown = flags.filter((flag) => flag !== '--quick' && !flag.startsWith('--profile='))
if (unknown.length > 0) throw new Error(`unknown option ${unknown.join()}: expected --quick, --profile=folder`)
