/** In place of d3-transition: nothing on the page moves by itself (view/plain-selection.ts). */
export {};
