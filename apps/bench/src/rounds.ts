/** What one contender took, in milliseconds, by case. */
export type Measured = Readonly<Record<string, number>>
export type Contender = 'socket.io-client' | 'roomful'
export type Benchmark = (contender: Contender) => Promise<Measured>

interface Row {
  readonly 'socket.io-client': number
  readonly roomful: number
  readonly ratio: number
}

const CONTENDERS: readonly Contender[] = ['socket.io-client', 'roomful']

/** Runs both contenders in each round, the other one first each time, and compares the medians. */
export async function rounds(count: number, benchmark: Benchmark): Promise<Record<string, Row>> {
  const times = new Map<string, number[]>()
  for (let round = -1; round < count; round += 1) {
    const order = round % 2 === 0 ? CONTENDERS : [...CONTENDERS].reverse()
    for (const contender of order)
      for (const [name, ms] of Object.entries(await benchmark(contender))) {
        if (round < 0) continue // the first one warms up
        const key = `${name}|${contender}`
        times.set(key, [...(times.get(key) ?? []), ms])
      }
  }
  const names = new Set([...times.keys()].map((key) => key.split('|')[0] ?? ''))
  return Object.fromEntries(
    [...names].map((name) => {
      const [raw, ours] = CONTENDERS.map((contender) => median(times.get(`${name}|${contender}`) ?? []))
      return [
        name,
        { 'socket.io-client': rounded(raw), roomful: rounded(ours), ratio: rounded((ours ?? 0) / (raw ?? 1)) },
      ]
    }),
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function rounded(value = Number.NaN): number {
  return Number(value.toPrecision(3))
}
