/** What commands share: common options, the loaded plug-ins, and output. */
package io.varve.app.option;
