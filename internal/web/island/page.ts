// Every page loads this island.
export {}
