setTimeout(() => { throw new Error('while loading') }, 1); await new Promise(() => setTimeout(() => {}, 1000)); export const handler = 1;
