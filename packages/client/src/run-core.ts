/**
 * Gives inputs to a pure core and performs its outputs, in order. An input that comes while outputs are performed changes
 * the core at once; its outputs follow the earlier ones. `onPerformed` is called when none is left.
 */
export function runCore<Input, Output>(
  step: (input: Input) => readonly Output[],
  perform: (output: Output) => void,
  onPerformed?: () => void,
): (input: Input) => void {
  const outputs: Output[] = []
  let isPerforming = false
  return (input) => {
    outputs.push(...step(input))
    if (isPerforming) return
    isPerforming = true
    try {
      for (let output = outputs.shift(); output; output = outputs.shift()) perform(output)
    } finally {
      isPerforming = false
    }
    onPerformed?.()
  }
}
