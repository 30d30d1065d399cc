/** Commands that measure a run or a bundle on images: evaluate, score and fid. */
package io.varve.app.measure;
