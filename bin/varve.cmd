@echo off
rem Starts Varve on Windows: from a distribution (bin\, lib\, plugins\), or from a checkout, which it builds when
rem nothing is built.
rem
rem   JAVA_HOME         the Java to run on, 17 or later; otherwise java on the PATH
rem   VARVE_JAVA_OPTS   more options for the Java virtual machine
rem
rem docs/running.md has all variables. What bin/varve does for memory and threads on Linux has no place here.
setlocal
for %%i in ("%~dp0..") do set "root=%%~fi"
set "home=%root%"

set "java=java"
if not defined JAVA_HOME goto version
set "java=%JAVA_HOME%\bin\java.exe"
if not exist "%java%" (
  echo varve: JAVA_HOME is "%JAVA_HOME%", which has no bin\java.exe; point it at a JDK 17 or later. 1>&2
  exit /b 2
)

:version
set "version="
for /f "tokens=3" %%v in ('""%java%" -version 2^>^&1" ^| findstr /c:" version "') do set "version=%%~v"
for /f "delims=.-" %%v in ("%version%") do set "version=%%v"
if not defined version (
  echo varve: no Java found; install a JDK 17 or later and set JAVA_HOME. 1>&2
  exit /b 2
)
if %version% lss 17 (
  echo varve: Java 17 or later is needed, "%java%" is Java %version%; set JAVA_HOME. 1>&2
  exit /b 2
)

if not exist "%root%\runtime\distribution\pom.xml" goto run
set "home=%root%\runtime\distribution\target\varve"
if exist "%home%\plugins" goto run
echo varve: nothing is built yet: building first (mvn package, a few minutes the first time) 1>&2
pushd "%root%"
call mvn -q -B -DskipTests -pl runtime/distribution -am package 1>&2
set "failed=%errorlevel%"
popd
if not "%failed%"=="0" (
  echo varve: the build failed; run "mvn package" in "%root%" to see why. 1>&2
  exit /b 2
)

:run
if not exist "%home%\lib" (
  echo varve: "%home%" has no lib\; this is neither a distribution nor a checkout of Varve. 1>&2
  exit /b 2
)
rem Java splits a class path at semicolons, and a path cannot quote them.
if not "%home:;=%"=="%home%" (
  echo varve: "%home%" has a semicolon in its path, which Java cannot take; move it elsewhere. 1>&2
  exit /b 2
)

rem The CUDA libraries that -Pcuda laid beside the others serve where there is a driver.
set "cuda="
if defined PYTORCH_LIBRARY_PATH goto pytorch
if not exist "%home%\cuda" goto pytorch
if not exist "%SystemRoot%\System32\nvcuda.dll" goto pytorch
for /d %%l in ("%home%\cuda\libtorch-*-*") do for /f "tokens=2,3 delims=-" %%v in ("%%~nxl") do (
  set "PYTORCH_LIBRARY_PATH=%%~fl"
  set "PYTORCH_VERSION=%%v"
  set "PYTORCH_FLAVOR=%%w"
)
if not defined PYTORCH_LIBRARY_PATH (
  echo varve: "%home%\cuda" has no folder libtorch-VERSION-FLAVOUR; build again with -Pcuda. 1>&2
  exit /b 2
)
set "PATH=%home%\cuda\onnxruntime;%PYTORCH_LIBRARY_PATH%;%PATH%"
set cuda="-Donnxruntime.native.path=%home%\cuda\onnxruntime" "-Dvarve.cuda=%home%\cuda"
if not defined CUBLAS_WORKSPACE_CONFIG set "CUBLAS_WORKSPACE_CONFIG=:4096:8"
echo " %* " | findstr /c:" --tf32 " >nul && goto pytorch
if not defined NVIDIA_TF32_OVERRIDE set "NVIDIA_TF32_OVERRIDE=0"

:pytorch
rem DJL would take PYTORCH_VERSION for the version of its own libtorch; docs/gpu.md says where these variables belong.
if defined PYTORCH_LIBRARY_PATH goto options
if /i "%DJL_OFFLINE%"=="false" goto options
set "PYTORCH_VERSION="
set "PYTORCH_FLAVOR="
set "PYTORCH_PRECXX11="

:options
set "native="
if %version% geq 24 set "native=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
set "collector=-XX:+UseSerialGC -Xms32m"
echo "%VARVE_JAVA_OPTS% %JAVA_TOOL_OPTIONS% %JDK_JAVA_OPTIONS%" | findstr /c:"-XX:+Use" | findstr /c:"GC" >nul && set "collector="
"%java%" %native% %collector% -Dai.djl.offline=true -DOPT_OUT_TRACKING=true -Djava.awt.headless=true ^
  -Dfile.encoding=UTF-8 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn ^
  -Dorg.slf4j.simpleLogger.log.ai.djl.util.cuda=error ^
  "-Dvarve.home=%home%" %cuda% %VARVE_JAVA_OPTS% ^
  -cp "%home%\lib\*" io.varve.app.Varve %*
exit /b %errorlevel%
