/** Resolves with a function that ends all subscriptions. If one fails, the others are ended, and the promise rejects. */
export async function subscribeAll(...subscriptions: readonly Promise<() => void>[]): Promise<() => void> {
  const results = await Promise.allSettled(subscriptions)
  const end = (): void => {
    for (const result of results) if (result.status === 'fulfilled') result.value()
  }
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) return end
  end()
  throw failed.reason
}
