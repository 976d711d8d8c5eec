/**
 * Gives inputs to a pure core and performs its outputs, in order. An input that comes while outputs are performed changes
 * the core at once; its outputs follow the earlier ones. `onPerformed` is called when none is left.
 */
export function runCore<Input, Output>(
  step: (input: Input) => readonly Output[],
  perform: (output: Output) => void,
  onPerformed?: () => void,
): (input: Input) => void {
  let outputs: Output[] = []
  let next = 0 // removing each output from the front would move all others
  let isPerforming = false
  return (input) => {
    for (const output of step(input)) outputs.push(output)
    if (isPerforming) return
    isPerforming = true
    try {
      while (next < outputs.length) perform(outputs[next++]!)
    } finally {
      outputs = outputs.slice(next)
      next = 0
      isPerforming = false
    }
    onPerformed?.()
  }
}
