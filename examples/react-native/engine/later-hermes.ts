// Hermes 0.12 is the last version with a command line. React Native 0.76 and later, which Roomful is for, have these too.

function at<T>(this: ArrayLike<T>, index: number): T | undefined {
  return this[index < 0 ? this.length + index : index]
}

for (const prototype of [Array.prototype, String.prototype])
  Object.defineProperty(prototype, 'at', { value: at, configurable: true, writable: true })
Object.defineProperty(Object, 'hasOwn', {
  value: (object: object, key: PropertyKey) => Object.prototype.hasOwnProperty.call(object, key),
  configurable: true,
  writable: true,
})
